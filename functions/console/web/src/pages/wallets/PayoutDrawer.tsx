import { Alert, Code, Drawer, Stack, Text, Timeline } from "@mantine/core";
import { IconCheck, IconClock, IconX } from "@tabler/icons-react";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { Details } from "../../ui/Details";
import { money } from "../../ui/format";
import { Status } from "../../ui/Status";
import { StripeLink } from "../../ui/StripeLink";
import { useKept } from "../../ui/useKept";
import { When } from "../../ui/When";
import { payoutFailure, type Step, stepsOf } from "./meanings";

type Row = Schemas["CreatorPayout"];

export function PayoutDrawer({ row, onClose }: { row: Row | undefined; onClose: () => void }) {
  const shown = useKept(row);
  return (
    <Drawer
      opened={row !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={shown && `${money(shown.amount_cents, shown.currency)} to ${shown.creator_id}`}
      styles={{ title: { overflowWrap: "anywhere" } }}
    >
      {shown && (
        <Stack gap="lg">
          <Failed row={shown} />
          <Steps row={shown} />
          <Details of={details(shown)} />
        </Stack>
      )}
    </Drawer>
  );
}

/** Why it failed, and what that means. */
function Failed({ row }: { row: Row }) {
  if (!row.failure_code) {
    return null;
  }
  const meaning = payoutFailure(row.failure_code);
  return (
    <Alert color="red" title="Why it failed">
      <Stack gap={6}>
        <Text size="sm">{meaning ?? row.failure_message}</Text>
        <Text size="xs">
          <Code mr={6}>{row.failure_code}</Code>
          {meaning && row.failure_message}
        </Text>
      </Stack>
    </Alert>
  );
}

function Steps({ row }: { row: Row }) {
  const steps = stepsOf(row);
  return (
    <Timeline
      active={steps.findLastIndex((step) => step.done)}
      bulletSize={26}
      lineWidth={2}
      component="ol"
      m={0}
      style={{ listStyle: "none", paddingInlineStart: 14 }}
    >
      {steps.map((step) => (
        <Timeline.Item
          key={step.name}
          component="li"
          color={step.lost ? "red" : undefined}
          bullet={<Bullet step={step} />}
        >
          <Text size="sm" fw={500} c={step.done ? undefined : "dimmed"}>
            {step.name}
          </Text>
          <Text size="xs" c="dimmed" mt={2}>
            {step.about}
            {step.at && (
              <>
                {" · "}
                <When at={step.at} full />
              </>
            )}
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}

function Bullet({ step }: { step: Step }) {
  if (!step.done) {
    return <IconClock size={14} aria-label="To come" />;
  }
  return step.lost ? <IconX size={14} aria-label="Not paid" /> : <IconCheck size={14} aria-label="Done" />;
}

function details(row: Row): [string, ReactNode][] {
  const test = row.is_test_mode;
  return [
    ["Status", <Status key="status" of={row.status} />],
    ["Creator", row.creator_id],
    ["Amount", money(row.amount_cents, row.currency)],
    ["Taken back", row.reversed_cents > 0 && money(row.reversed_cents, row.currency)],
    ["Asked for by", row.scheduled ? "The schedule" : "The creator"],
    ["Payout", <Code key="id">{row.id}</Code>],
    ["Stripe account", row.account_id && <StripeLink id={row.account_id} test={test} />],
    ["Transfer", row.transfer_id && <StripeLink id={row.transfer_id} test={test} />],
    ["Payout at Stripe", row.payout_id && <StripeLink id={row.payout_id} test={test} />],
  ];
}
