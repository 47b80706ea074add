import { Code, Text } from "@mantine/core";
import type { Schemas } from "../../api/client";
import type { Column } from "../../ui/DataTable";
import { Status } from "../../ui/Status";
import { When } from "../../ui/When";

export const columns: Column<Schemas["Event"]>[] = [
  { title: "At Stripe", cell: (row) => <When at={row.created_at} full /> },
  { title: "Type", cell: (row) => <Code>{row.type}</Code> },
  { title: "Outcome", cell: (row) => <Status of={row.outcome} /> },
  { title: "About", wide: true, cell: (row) => (row.object ? <Code>{row.object}</Code> : "–") },
  {
    title: "Reason",
    wide: true,
    cell: (row) => (
      <Text span size="sm" lineClamp={1} maw={280} title={row.reason ?? undefined}>
        {row.reason ?? "–"}
      </Text>
    ),
  },
];
