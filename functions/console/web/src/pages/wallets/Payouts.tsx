import { Group, Select, Stack, Text, Title } from "@mantine/core";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { listPayouts, type PayoutQuery, usePayouts } from "../../api/queries";
import { useScope } from "../../app/scope";
import { useApi } from "../../app/services";
import { ExportMenu } from "../../export/ExportMenu";
import { DataTable } from "../../ui/DataTable";
import { Failure } from "../../ui/Failure";
import { useFilters } from "../../ui/filters";
import { words } from "../../ui/format";
import { Pager, usePages } from "../../ui/Pager";
import { columns, flat, statuses } from "./columns";
import { PayoutDrawer } from "./PayoutDrawer";

/** What creators were paid. A page of one status reads a bounded part, so it may be short and go on. */
export function Payouts({ project }: { project: string }) {
  const api = useApi();
  const { testMode } = useScope();
  const [{ status }, change] = useFilters();
  const [opened, setOpened] = useState<Schemas["CreatorPayout"]>();
  const query = { project_id: project, test_mode: testMode, status } as PayoutQuery;
  const pages = usePages(JSON.stringify(query));
  const list = usePayouts({ ...query, cursor: pages.cursor, limit: 25 });
  const rows = list.data?.payouts;
  const nothing = rows?.length === 0 && pages.number === 1 && !list.data?.next_cursor;
  const failed = list.error && !rows;
  return (
    <Stack component="section" aria-label="Payouts" gap="md">
      <Group justify="space-between" align="flex-end">
        <div>
          <Title order={2} size="h4">
            Payouts
          </Title>
          <Text size="sm" c="dimmed">
            What creators were paid, newest first.
          </Text>
        </div>
        <Group align="flex-end" gap="sm">
          <Select
            label="Status"
            placeholder="Any"
            clearable
            w={170}
            data={statuses.map((value) => ({ value, label: words(value) }))}
            value={status ?? null}
            onChange={(value) => change({ status: value ?? undefined })}
          />
          <ExportMenu
            name="payouts"
            flat={flat}
            page={async (cursor) => {
              const page = await listPayouts(api, { ...query, cursor, limit: 100 });
              return { rows: page.payouts, next: page.next_cursor };
            }}
          />
        </Group>
      </Group>
      {failed && (
        <Failure what="The payouts could not be read" error={list.error} retry={() => void list.refetch()} />
      )}
      {nothing && (
        <Text c="dimmed" ta="center" py="lg" size="sm" role="status">
          {status
            ? "No payout has this status."
            : "No payouts yet. Creators ask for one with POST /api/payouts, or are paid weekly or monthly."}
        </Text>
      )}
      {!nothing && !failed && (
        <>
          <DataTable
            label="Payouts"
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            rowLabel={(row) => `the payout to ${row.creator_id}`}
            onOpen={setOpened}
            stale={list.isPlaceholderData}
          />
          <Pager pages={pages} next={list.data?.next_cursor} noun="payouts" />
        </>
      )}
      <PayoutDrawer row={opened} onClose={() => setOpened(undefined)} />
    </Stack>
  );
}
