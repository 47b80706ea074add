import { Button, Text } from "@mantine/core";
import { IconCreditCard } from "@tabler/icons-react";
import { useMemo, useState } from "react";
import { Link } from "react-router";
import type { Schemas } from "../../api/client";
import { listTransactions, useTransactions } from "../../api/queries";
import { useScope } from "../../app/scope";
import { useApi } from "../../app/services";
import { ExportMenu } from "../../export/ExportMenu";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { FilterBar } from "../../ui/FilterBar";
import { bounds, filtered, useFilters } from "../../ui/filters";
import { Page } from "../../ui/Page";
import { Pager, usePages } from "../../ui/Pager";
import { columns, flat, statuses } from "./columns";
import { TransactionDrawer } from "./TransactionDrawer";

type Row = Schemas["AggregatedPayment"];

export default function Transactions() {
  const api = useApi();
  const { testMode, project, link } = useScope();
  const [filters, change] = useFilters();
  const [opened, setOpened] = useState<Row>();
  const query = useMemo(
    () => ({
      test_mode: testMode,
      project_id: project,
      status: filters.status as never,
      search: filters.search,
      ...bounds(filters, new Date()),
    }),
    [testMode, project, filters],
  );
  const pages = usePages(JSON.stringify(query));
  const list = useTransactions({ ...query, cursor: pages.cursor, page_size: 25 });
  const rows = list.data?.payments;
  const nothing = rows?.length === 0 && pages.number === 1;
  return (
    <Page title="Transactions" about="What was paid, failed and refunded, newest first.">
      <FilterBar
        filters={filters}
        change={change}
        statuses={statuses}
        searchLabel="E-mail address or Stripe id"
        placeholder="ada@example.com or pi_…"
        actions={
          <ExportMenu
            name="transactions"
            flat={flat}
            page={async (cursor) => {
              const page = await listTransactions(api, { ...query, cursor, page_size: 100 });
              return { rows: page.payments, next: page.next_cursor };
            }}
          />
        }
      />
      {list.error && !rows && (
        <Failure
          what="The transactions could not be read"
          error={list.error}
          retry={() => void list.refetch()}
        />
      )}
      {nothing && !filtered(filters) && (
        <Empty
          icon={<IconCreditCard size={26} />}
          title="No transactions yet"
          action={
            <Button component={Link} to={link("/payments/settings")} mt="sm">
              Go through the checklist
            </Button>
          }
        >
          Payments appear here as soon as Stripe's events have arrived, those that fail as well.
        </Empty>
      )}
      {nothing && filtered(filters) && (
        <Text c="dimmed" ta="center" py="xl" role="status">
          Nothing fits these filters.
        </Text>
      )}
      {!nothing && !(list.error && !rows) && (
        <>
          <DataTable
            label="Transactions"
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            rowLabel={(row) => row.payment_intent_id || (row.invoice_id ?? row.id)}
            onOpen={setOpened}
            stale={list.isPlaceholderData}
          />
          <Pager
            pages={pages}
            next={list.data?.next_cursor}
            total={filters.period ? undefined : list.data?.total}
            noun="transactions"
          />
        </>
      )}
      <TransactionDrawer row={opened} onClose={() => setOpened(undefined)} />
    </Page>
  );
}
