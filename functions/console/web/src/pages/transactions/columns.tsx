import { Code, Text } from "@mantine/core";
import type { Schemas } from "../../api/client";
import { major } from "../../export/export";
import type { Column } from "../../ui/DataTable";
import { money, words } from "../../ui/format";
import { Status } from "../../ui/Status";
import { When } from "../../ui/When";
import { Customer } from "../subscriptions/columns";

type Row = Schemas["AggregatedPayment"];

export const statuses = [
  "succeeded",
  "pending",
  "failed",
  "canceled",
  "refunded",
  "partially_refunded",
] as const;

export const columns: Column<Row>[] = [
  { title: "Date", cell: (row) => <When at={row.created_at} /> },
  { title: "Customer", cell: (row) => <Customer row={row} /> },
  { title: "Amount", numeric: true, cell: (row) => <Amount row={row} /> },
  { title: "Status", cell: (row) => <Status of={row.status} /> },
  { title: "Type", wide: true, cell: (row) => words(row.type) },
  { title: "Project", wide: true, cell: (row) => row.project_name },
  {
    title: "Invoice",
    wide: true,
    cell: (row) =>
      row.invoice_id ? <Code title={row.invoice_id}>{`${row.invoice_id.slice(0, 12)}…`}</Code> : "–",
  },
];

function Amount({ row }: { row: Row }) {
  return (
    <>
      {money(row.amount_cents, row.currency)}
      {row.refunded_amount_cents > 0 && (
        <Text span size="xs" c="dimmed" display="block">
          {money(row.refunded_amount_cents, row.currency)} refunded
        </Text>
      )}
    </>
  );
}

/** A row for a spreadsheet. */
export function flat(row: Row): object {
  return {
    created_at: row.created_at,
    project: row.project_name,
    mode: row.is_test_mode ? "test" : "live",
    type: row.type,
    status: row.status,
    amount: major(row.amount_cents, row.currency),
    refunded_amount: major(row.refunded_amount_cents, row.currency),
    currency: row.currency,
    customer_email: row.customer_email,
    customer_id: row.customer_id,
    user_id: row.user_id,
    payment_intent_id: row.payment_intent_id,
    invoice_id: row.invoice_id,
    description: row.description,
    failure_code: row.failure_code,
    decline_code: row.decline_code,
    failure_message: row.failure_message,
    dispute_status: row.dispute_status,
    dispute_reason: row.dispute_reason,
  };
}
