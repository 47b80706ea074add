import { Badge, Code, Group, Text } from "@mantine/core";
import type { Column } from "../../../ui/DataTable";
import { count, money } from "../../../ui/format";
import type { Plan } from "./draft";

export const columns: Column<Plan>[] = [
  { title: "Plan", cell: (plan) => <Name plan={plan} /> },
  { title: "Monthly", numeric: true, cell: (plan) => price(plan, plan.priceMonthlyCents) },
  { title: "Yearly", numeric: true, wide: true, cell: (plan) => price(plan, plan.priceYearlyCents) },
  {
    title: "Trial",
    wide: true,
    cell: (plan) =>
      plan.trialDays > 0 ? `${count(plan.trialDays)} ${plan.trialDays === 1 ? "day" : "days"}` : "–",
  },
  {
    title: "Features",
    wide: true,
    cell: (plan) => (
      <Text span size="sm" lineClamp={1} maw={240}>
        {plan.features.map((feature) => feature.name).join(", ") || "–"}
      </Text>
    ),
  },
];

function Name({ plan }: { plan: Plan }) {
  return (
    <>
      <Group gap={6}>
        <Text span size="sm" fw={600}>
          {plan.name}
        </Text>
        {plan.isDefault && <Mark>Default</Mark>}
        {!plan.visible && <Mark>Hidden</Mark>}
        {plan.archived && <Mark>Archived</Mark>}
      </Group>
      <Code>{plan.key}</Code>
    </>
  );
}

function Mark({ children }: { children: string }) {
  return (
    <Badge variant="light" color="gray" tt="none" radius="sm" size="sm">
      {children}
    </Badge>
  );
}

function price(plan: Plan, cents: number | null): string {
  return cents === null || plan.currency === null ? "–" : money(cents, plan.currency);
}
