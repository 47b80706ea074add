import { Text } from "@mantine/core";
import type { Schemas } from "../../api/client";
import { major } from "../../export/export";
import type { Column } from "../../ui/DataTable";
import { Status } from "../../ui/Status";
import { When } from "../../ui/When";
import { priceOf } from "./price";

type Row = Schemas["AggregatedSubscription"];

export const statuses = [
  "active",
  "trialing",
  "past_due",
  "unpaid",
  "canceled",
  "incomplete",
  "incomplete_expired",
  "paused",
] as const;

export const columns: Column<Row>[] = [
  { title: "Customer", cell: (row) => <Customer row={row} /> },
  { title: "Plan", cell: (row) => (row.quantity > 1 ? `${planOf(row)} × ${row.quantity}` : planOf(row)) },
  { title: "Status", cell: (row) => <Status of={row.status} /> },
  { title: "Price", numeric: true, cell: (row) => priceOf(row) },
  { title: "Period", wide: true, cell: (row) => <Period row={row} /> },
  { title: "Project", wide: true, cell: (row) => row.project_name },
  { title: "Created", wide: true, cell: (row) => <When at={row.created_at} /> },
];

/** Who it is, as well as it is known. */
export function Customer({
  row,
}: {
  row: { customer_email: string | null; user_id: string | null; customer_id: string | null };
}) {
  return (
    <Text span size="sm" truncate="end" display="block" maw={220}>
      {row.customer_email ?? row.user_id ?? row.customer_id ?? "Unknown"}
    </Text>
  );
}

export function planOf(row: Row): string {
  return row.plan_name ?? row.price_id ?? "–";
}

function Period({ row }: { row: Row }) {
  const ends = row.cancel_at ?? row.current_period_end;
  const ended = row.status === "canceled" || row.status === "incomplete_expired";
  return (
    <Text span size="sm">
      {ended ? "Ended " : row.cancel_at ? "Ends " : ends ? "Renews " : ""}
      <When at={ended ? (row.cancelled_at ?? ends) : ends} />
    </Text>
  );
}

/** A row for a spreadsheet. */
export function flat(row: Row): object {
  return {
    subscription_id: row.subscription_id,
    project: row.project_name,
    mode: row.is_test_mode ? "test" : "live",
    customer_email: row.customer_email,
    customer_id: row.customer_id,
    user_id: row.user_id,
    plan: planOf(row),
    price_id: row.price_id,
    quantity: row.quantity,
    status: row.status,
    amount: row.currency ? major(row.amount_cents, row.currency) : null,
    interval: row.interval,
    interval_count: row.interval_count,
    monthly_amount: row.currency ? major(row.monthly_amount_cents, row.currency) : null,
    currency: row.currency,
    current_period_start: row.current_period_start,
    current_period_end: row.current_period_end,
    cancel_at: row.cancel_at,
    cancelled_at: row.cancelled_at,
    created_at: row.created_at,
  };
}
