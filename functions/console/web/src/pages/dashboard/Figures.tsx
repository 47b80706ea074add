import { Group, Paper, SimpleGrid, Skeleton, Stack, Text } from "@mantine/core";
import type { ReactNode } from "react";
import type { Schemas } from "../../api/client";
import { count, money, monies } from "../../ui/format";
import { Status } from "../../ui/Status";

/** How things stand now. */
export function Figures({ stats }: { stats: Schemas["PaymentStats"] | undefined }) {
  return (
    <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} aria-busy={!stats}>
      <Figure name="Active subscriptions" value={stats && count(stats.active_subscriptions)}>
        {stats && <Breakdown of={stats.subscriptions_by_status} none="No subscriptions yet" />}
      </Figure>
      <Figure
        name="Monthly recurring revenue"
        value={stats && <Money of={stats.mrr_by_currency} stats={stats} />}
      >
        <Text size="xs" c="dimmed">
          Of subscriptions that are active or past due
        </Text>
      </Figure>
      <Figure name="Revenue" value={stats && <Money of={stats.revenue_by_currency} stats={stats} />}>
        {stats && <Refunds stats={stats} />}
      </Figure>
      <Figure name="Transactions" value={stats && count(stats.total_payments)}>
        {stats && <Breakdown of={stats.payments_by_status} none="No transactions yet" />}
      </Figure>
    </SimpleGrid>
  );
}

function Figure({ name, value, children }: { name: string; value: ReactNode; children: ReactNode }) {
  return (
    <Paper withBorder p="md" mih={148} component="section" aria-label={name}>
      <Stack gap={6}>
        <Text size="sm" c="dimmed" fw={500}>
          {name}
        </Text>
        {value === undefined ? (
          <>
            <Skeleton height={32} width={110} />
            <Skeleton height={20} mt={4} />
          </>
        ) : (
          <>
            <Text component="div" fz={28} lh={1.2} fw={650} className="tabular" data-figure={name}>
              {value}
            </Text>
            {children}
          </>
        )}
      </Stack>
    </Paper>
  );
}

function Money({ of, stats }: { of: Record<string, number>; stats: Schemas["PaymentStats"] }) {
  return monies(of, stats.currency).map(([currency, minor], i) => (
    <Text
      key={currency}
      component="div"
      inherit
      fz={i === 0 ? undefined : "md"}
      c={i === 0 ? undefined : "dimmed"}
    >
      {money(minor, currency)}
    </Text>
  ));
}

function Refunds({ stats }: { stats: Schemas["PaymentStats"] }) {
  const refunds = monies(stats.refunds_by_currency, stats.currency).filter(([, minor]) => minor > 0);
  const lost = monies(stats.lost_to_disputes, stats.currency).filter(([, minor]) => minor > 0);
  return (
    <Text size="xs" c="dimmed">
      {refunds.length === 0 ? "Nothing refunded" : `${list(refunds)} refunded, already subtracted`}
      {lost.length > 0 && `; ${list(lost)} lost to disputes`}
    </Text>
  );
}

function list(of: [string, number][]): string {
  return of.map(([currency, minor]) => money(minor, currency)).join(" and ");
}

function Breakdown({ of, none }: { of: Record<string, number>; none: string }) {
  const statuses = Object.entries(of).sort(([, a], [, b]) => b - a);
  if (statuses.length === 0) {
    return (
      <Text size="xs" c="dimmed">
        {none}
      </Text>
    );
  }
  return (
    <Group gap={6}>
      {statuses.map(([status, n]) => (
        <Status key={status} of={status} count={n} />
      ))}
    </Group>
  );
}
