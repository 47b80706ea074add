import { Alert, Code, Drawer, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { Details } from "../../ui/Details";
import { money, words } from "../../ui/format";
import { Status } from "../../ui/Status";
import { StripeLink } from "../../ui/StripeLink";
import { useKept } from "../../ui/useKept";
import { When } from "../../ui/When";
import { meaningOf } from "./failures";

type Row = Schemas["AggregatedPayment"];

export function TransactionDrawer({ row, onClose }: { row: Row | undefined; onClose: () => void }) {
  const shown = useKept(row);
  return (
    <Drawer
      opened={row !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={shown && money(shown.amount_cents, shown.currency)}
    >
      {shown && (
        <Stack gap="lg">
          <Failed row={shown} />
          <Details of={details(shown)} />
        </Stack>
      )}
    </Drawer>
  );
}

/** Why it failed, and what that means. */
function Failed({ row }: { row: Row }) {
  if (!row.failure_code && !row.failure_message) {
    return null;
  }
  const paid = row.status !== "failed" && row.status !== "pending" && row.status !== "canceled";
  const meaning = meaningOf(row.failure_code, row.decline_code);
  return (
    <Alert color={paid ? "gray" : "red"} title={paid ? "It failed before it was paid" : "Why it failed"}>
      <Stack gap={6}>
        <Text size="sm">{meaning ?? row.failure_message}</Text>
        <Text size="xs">
          {[row.failure_code, row.decline_code].filter(Boolean).map((code) => (
            <Code key={code} mr={6}>
              {code}
            </Code>
          ))}
          {meaning && row.failure_message}
        </Text>
        {row.next_attempt_at && (
          <Text size="xs">
            Stripe tries again on <When at={row.next_attempt_at} full />.
          </Text>
        )}
      </Stack>
    </Alert>
  );
}

function details(row: Row): [string, ReactNode][] {
  const test = row.is_test_mode;
  return [
    ["Status", <Status key="status" of={row.status} />],
    ["Amount", money(row.amount_cents, row.currency)],
    ["Refunded", row.refunded_amount_cents > 0 && money(row.refunded_amount_cents, row.currency)],
    ["Type", words(row.type)],
    ["Description", row.description],
    ["Customer", row.customer_email],
    ["User", row.user_id],
    ["Attempts", row.attempts > 0 && row.attempts],
    [
      "Dispute",
      row.dispute_status && `${words(row.dispute_status)}: ${words(row.dispute_reason ?? "no reason")}`,
    ],
    ["Created", <When key="created" at={row.created_at} full />],
    ["Project", row.project_name],
    ["Payment", row.payment_intent_id && <StripeLink id={row.payment_intent_id} test={test} />],
    ["Invoice", row.invoice_id && <StripeLink id={row.invoice_id} test={test} />],
    ["Stripe customer", row.customer_id && <StripeLink id={row.customer_id} test={test} />],
  ];
}
