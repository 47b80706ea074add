import { Alert, Group, Select, Text, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAlertTriangle, IconBolt } from "@tabler/icons-react";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { type EventQuery, useEvents } from "../../api/queries";
import { useScope } from "../../app/scope";
import { ChooseProject } from "../../ui/ChooseProject";
import { DataTable } from "../../ui/DataTable";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { words } from "../../ui/format";
import { Page } from "../../ui/Page";
import { Pager, usePages } from "../../ui/Pager";
import { When } from "../../ui/When";
import { columns } from "./columns";
import { EventDrawer } from "./EventDrawer";

const title = "Events";
const about = "What Stripe has told, and what became of it, newest first.";

export default function Events() {
  const { project } = useScope();
  if (!project) {
    return (
      <Page title={title} about={about}>
        <ChooseProject what="Stripe sends the events of each project apart." />
      </Page>
    );
  }
  return <ProjectEvents key={project} project={project} />;
}

const outcomes = ["applied", "stale", "ignored", "quarantined", "failed"];

type Filter = { outcome?: string; type?: string; object?: string };

function ProjectEvents({ project }: { project: string }) {
  const { testMode } = useScope();
  const [filter, setFilter] = useState<Filter>({});
  const [opened, setOpened] = useState<Schemas["Event"]>();
  const query = { test_mode: testMode, ...filter } as EventQuery;
  const pages = usePages(JSON.stringify(query));
  const list = useEvents(project, { ...query, cursor: pages.cursor, page_size: 25 });
  const rows = list.data?.events;
  const anyFilter = Object.values(filter).some(Boolean);
  const nothing = rows?.length === 0 && pages.number === 1 && !list.data?.next_cursor;
  return (
    <Page title={title} about={about}>
      {list.data?.last_refused && (
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden="true" />} title="A delivery was refused">
          <When at={list.data.last_refused.at} full />: {list.data.last_refused.likely_cause}
        </Alert>
      )}
      <EventFilters filter={filter} change={setFilter} />
      {list.error && !rows && (
        <Failure what="The events could not be read" error={list.error} retry={() => void list.refetch()} />
      )}
      {nothing && !anyFilter && (
        <Empty icon={<IconBolt size={26} />} title="No events yet">
          Register the webhook URL of this project at Stripe and save its signing secret; both are in the
          payment settings. Stripe's dashboard can then send a test event.
        </Empty>
      )}
      {nothing && anyFilter && (
        <Text c="dimmed" ta="center" py="xl" role="status">
          Nothing fits these filters.
        </Text>
      )}
      {!nothing && !(list.error && !rows) && (
        <>
          <DataTable
            label="Events"
            columns={columns}
            rows={rows}
            rowKey={(row) => row.event_id}
            rowLabel={(row) => `${row.type} ${row.event_id}`}
            onOpen={setOpened}
            stale={list.isPlaceholderData}
          />
          <Pager pages={pages} next={list.data?.next_cursor} noun="events" />
        </>
      )}
      <EventDrawer project={project} event={opened} onClose={() => setOpened(undefined)} />
    </Page>
  );
}

function EventFilters({ filter, change }: { filter: Filter; change: (filter: Filter) => void }) {
  const [text, setText] = useState<Filter>(filter);
  const tell = useDebouncedCallback((next: Filter) => change({ ...next, outcome: filter.outcome }), 300);
  const input = (name: "type" | "object", form: RegExp, wrong: string) => ({
    value: text[name] ?? "",
    error: text[name] && !form.test(text[name]) && wrong,
    onChange: (event: { currentTarget: { value: string } }) => {
      const next = { ...text, [name]: event.currentTarget.value.trim() || undefined };
      setText(next);
      if (!next[name] || form.test(next[name])) {
        tell(next);
      }
    },
  });
  return (
    <Group align="flex-end" gap="sm">
      <Select
        label="Outcome"
        placeholder="Any"
        clearable
        w={170}
        data={outcomes.map((value) => ({ value, label: words(value) }))}
        value={filter.outcome ?? null}
        onChange={(outcome) => change({ ...filter, outcome: outcome ?? undefined })}
      />
      <TextInput
        label="Type"
        placeholder="invoice.paid"
        w={240}
        {...input("type", /^[a-z0-9_. ]{1,100}$/, "Lowercase letters, digits, dots and _ only")}
      />
      <TextInput
        label="Object"
        placeholder="sub_…, in_…"
        w={240}
        {...input("object", /^[A-Za-z0-9_]{1,255}$/, "Letters, digits and _ only")}
      />
    </Group>
  );
}
