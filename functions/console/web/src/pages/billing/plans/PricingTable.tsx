import { List, Paper, SegmentedControl, SimpleGrid, Stack, Text, ThemeIcon } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useState } from "react";
import { count, money } from "../../../ui/format";
import { type Feature, type Interval, inOrder, type Shown } from "./draft";
import classes from "./PricingTable.module.css";

/** Plans as a buyer would see them side by side; the app that sells them draws its own. */
export function PricingTable({ plans, edited }: { plans: Shown[]; edited?: string }) {
  const [picked, pick] = useState<Interval>();
  const both = (["month", "year"] as const).filter((interval) =>
    plans.some(({ prices }) => prices[interval] !== null),
  );
  const interval = picked && both.includes(picked) ? picked : (both[0] ?? "month");
  return (
    <Stack gap="md">
      {both.length > 1 && (
        <SegmentedControl
          aria-label="Paid by"
          value={interval}
          onChange={(value) => pick(value as Interval)}
          data={[
            { value: "month", label: "Monthly" },
            { value: "year", label: "Yearly" },
          ]}
          style={{ alignSelf: "center" }}
        />
      )}
      <SimpleGrid
        cols={plans.length === 1 ? 1 : { base: 1, sm: 2, lg: 3 }}
        component="ul"
        className={classes.table}
      >
        {inOrder(plans).map((plan) => (
          <li key={plan.id}>
            <PlanCard plan={plan} interval={interval} edited={plan.id === edited && plans.length > 1} />
          </li>
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function PlanCard({ plan, interval, edited }: { plan: Shown; interval: Interval; edited: boolean }) {
  return (
    <Paper withBorder p="lg" h="100%" className={classes.card} data-edited={edited || undefined}>
      <Stack gap="sm" h="100%">
        <Text fw={650} size="lg" className={classes.name}>
          {plan.name}
        </Text>
        {plan.description && (
          <Text size="sm" c="dimmed">
            {plan.description}
          </Text>
        )}
        <Price plan={plan} interval={interval} />
        {plan.features.length > 0 && (
          <List
            size="sm"
            spacing={6}
            center
            icon={
              <ThemeIcon size={18} radius="xl" variant="light" aria-hidden="true">
                <IconCheck size={12} />
              </ThemeIcon>
            }
          >
            {plan.features.map((feature, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: keys may be equal while they are typed
              <List.Item key={at}>{sentenceOf(feature)}</List.Item>
            ))}
          </List>
        )}
      </Stack>
    </Paper>
  );
}

function Price({ plan, interval }: { plan: Shown; interval: Interval }) {
  const price = plan.prices[interval];
  if (price === null || plan.currency === null) {
    const other = interval === "month" ? plan.prices.year : plan.prices.month;
    return (
      <div>
        <Text className={classes.amount}>{other === null && plan.isDefault ? "Free" : "–"}</Text>
        <Text size="sm" c="dimmed">
          {other !== null
            ? `not sold by the ${interval}`
            : plan.isDefault
              ? "for everybody without another plan"
              : "nobody can buy it"}
        </Text>
      </div>
    );
  }
  return (
    <div>
      <Text className={classes.amount}>
        {price === "unknown" ? "Stripe's price" : money(price, plan.currency)}
        <Text span size="sm" c="dimmed" fw={400}>
          {" "}
          per {interval}
        </Text>
      </Text>
      {plan.trialDays > 0 && (
        <Text size="sm" c="dimmed">
          {count(plan.trialDays)} {plan.trialDays === 1 ? "day" : "days"} free
        </Text>
      )}
    </div>
  );
}

function sentenceOf(feature: Feature): string {
  return feature.limit === null ? feature.name : `${feature.name}: ${count(feature.limit)}`;
}
