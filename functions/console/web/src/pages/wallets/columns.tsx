import { Text } from "@mantine/core";
import type { Schemas } from "../../api/client";
import { major } from "../../export/export";
import type { Column } from "../../ui/DataTable";
import { money } from "../../ui/format";
import { Status } from "../../ui/Status";
import { When } from "../../ui/When";

type Row = Schemas["CreatorPayout"];

export const statuses = ["reserved", "sent", "paid", "failed", "reversed"] as const;

export const columns: Column<Row>[] = [
  { title: "Date", cell: (row) => <When at={row.created_at} /> },
  {
    title: "Creator",
    cell: (row) => (
      <Text span size="sm" truncate="end" display="block" maw={220}>
        {row.creator_id}
      </Text>
    ),
  },
  { title: "Amount", numeric: true, cell: (row) => money(row.amount_cents, row.currency) },
  { title: "Status", cell: (row) => <Status of={row.status} /> },
  { title: "Asked for by", wide: true, cell: (row) => (row.scheduled ? "The schedule" : "The creator") },
  { title: "Ended", wide: true, cell: (row) => <When at={row.ended_at} /> },
];

/** A row for a spreadsheet. */
export function flat(row: Row): object {
  return {
    id: row.id,
    created_at: row.created_at,
    mode: row.is_test_mode ? "test" : "live",
    creator_id: row.creator_id,
    status: row.status,
    amount: major(row.amount_cents, row.currency),
    reversed_amount: major(row.reversed_cents, row.currency),
    currency: row.currency,
    scheduled: row.scheduled,
    account_id: row.account_id,
    transfer_id: row.transfer_id,
    payout_id: row.payout_id,
    failure_code: row.failure_code,
    failure_message: row.failure_message,
    ended_at: row.ended_at,
  };
}
