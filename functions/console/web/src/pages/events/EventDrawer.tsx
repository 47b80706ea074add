import { Alert, Button, Drawer, Group, Stack, Table, Text, Title } from "@mantine/core";
import { IconReload } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { data, type Schemas } from "../../api/client";
import { messageOf } from "../../api/errors";
import { keys } from "../../api/queries";
import { useScope } from "../../app/scope";
import { useApi } from "../../app/services";
import { Details } from "../../ui/Details";
import { words } from "../../ui/format";
import { Status } from "../../ui/Status";
import { StripeLink } from "../../ui/StripeLink";
import { useKept } from "../../ui/useKept";
import { When } from "../../ui/When";

type Event = Schemas["Event"];

export function EventDrawer({
  project,
  event,
  onClose,
}: {
  project: string;
  event: Event | undefined;
  onClose: () => void;
}) {
  const shown = useKept(event);
  const { testMode } = useScope();
  return (
    <Drawer opened={event !== undefined} onClose={onClose} position="right" size="lg" title={shown?.type}>
      {shown && (
        <Stack gap="lg">
          <Replay key={shown.event_id} project={project} event={shown} />
          <Details of={details(shown, testMode)} />
          {shown.changes.length > 0 && <Changes of={shown.changes} />}
        </Stack>
      )}
    </Drawer>
  );
}

/** Brings the event in once more, like a delivery. */
function Replay({ project, event }: { project: string; event: Event }) {
  const api = useApi();
  const queries = useQueryClient();
  const { testMode } = useScope();
  const replay = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/payments/stripe/projects/{project_id}/events/{event_id}/replay", {
          params: { path: { project_id: project, event_id: event.event_id }, query: { test_mode: testMode } },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.events }),
  });
  return (
    <Stack gap="sm">
      <Group>
        <Button
          variant="default"
          leftSection={<IconReload size={16} />}
          loading={replay.isPending}
          onClick={() => replay.mutate()}
        >
          Replay the event
        </Button>
        <Text size="xs" c="dimmed" flex={1}>
          What was applied stays as it is; what was not is decided again.
        </Text>
      </Group>
      {replay.data && (
        <Alert color="green" role="status" title={`Replayed: ${words(replay.data.outcome)}`}>
          {replay.data.reason ??
            (replay.data.outcome === "duplicate" ? "It had been applied before." : undefined)}
        </Alert>
      )}
      {replay.error && (
        <Alert color="red" role="alert" title="The event was not replayed">
          {messageOf(replay.error)}
        </Alert>
      )}
    </Stack>
  );
}

function details(event: Event, test: boolean): [string, ReactNode][] {
  return [
    ["Outcome", <Status key="outcome" of={event.outcome} />],
    ["Reason", event.reason],
    ["At Stripe", <When key="created" at={event.created_at} full />],
    ["Received", <When key="received" at={event.received_at} full />],
    ["Deliveries", event.attempts],
    ["Took", `${event.duration_ms} ms`],
    ["API version", event.api_version],
    ["About", event.object && <StripeLink id={event.object} test={test} />],
    ["Event", <StripeLink key="id" id={event.event_id} test={test} />],
  ];
}

function Changes({ of }: { of: Event["changes"] }) {
  return (
    <div>
      <Title order={3} size="h5" mb="xs">
        What it changed
      </Title>
      <Table.ScrollContainer minWidth={420} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
        <Table>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Field</Table.Th>
              <Table.Th>From</Table.Th>
              <Table.Th>To</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {of.map((change) => (
              <Table.Tr key={`${change.object} ${change.field}`}>
                <Table.Td>
                  {words(change.field)}
                  <Text size="xs" c="dimmed">
                    {change.object}
                  </Text>
                </Table.Td>
                <Table.Td>{change.from ?? "–"}</Table.Td>
                <Table.Td>{change.to ?? "–"}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </div>
  );
}
