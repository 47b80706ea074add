import "@mantine/charts/styles.css";
import { AreaChart, BarChart } from "@mantine/charts";
import { Group, Paper, Select, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { Schemas } from "../../api/client";
import { count, minorDigits, money, shortDay } from "../../ui/format";
import { currenciesOf, pointsOf, sum } from "./points";

const height = 210;
const axis = { tick: { fontSize: 12, fill: "var(--mantine-color-dimmed)" }, minTickGap: 24 };

/** What the last days brought. Currencies are never added: one is shown at a time. */
export default function Charts({ stats }: { stats: Schemas["DailyStats"] }) {
  const currencies = currenciesOf(stats);
  const [chosen, choose] = useState(stats.currency);
  const currency = currencies.includes(chosen) ? chosen : stats.currency;
  const points = pointsOf(stats.days, currency).map((point) => ({ ...point, day: shortDay(point.date) }));
  const digits = minorDigits(currency);
  const amount = (major: number) => money(Math.round(major * 10 ** digits), currency);
  const picker = currencies.length > 1 && (
    <Select
      aria-label="Currency"
      size="xs"
      w={90}
      allowDeselect={false}
      value={currency}
      onChange={(value) => value && choose(value)}
      data={currencies.map((value) => ({ value, label: value.toUpperCase() }))}
    />
  );
  const common = { h: height, data: points, dataKey: "day", withLegend: false, xAxisProps: axis };
  return (
    <>
      <Chart
        title="Revenue"
        total={amount(sum(points, "revenue"))}
        about="received less refunded"
        aside={picker}
      >
        <BarChart
          {...common}
          series={[{ name: "revenue", label: "Revenue", color: "var(--chart-primary)" }]}
          valueFormatter={amount}
        />
      </Chart>
      <Chart title="Monthly recurring revenue" total={amount(points.at(-1)?.recurring ?? 0)} about="now">
        <AreaChart
          {...common}
          curveType="linear"
          withDots={false}
          series={[{ name: "recurring", label: "Recurring", color: "var(--chart-primary)" }]}
          valueFormatter={amount}
        />
      </Chart>
      <Chart
        title="Payments"
        total={`${count(sum(points, "received"))} received`}
        about={`${count(sum(points, "failed"))} failed`}
      >
        <BarChart
          {...common}
          type="stacked"
          yAxisProps={{ allowDecimals: false }}
          series={[
            { name: "received", label: "Received", color: "green.6" },
            { name: "failed", label: "Failed", color: "red.6" },
          ]}
          valueFormatter={(n) => count(n)}
        />
      </Chart>
      <Chart
        title="Active subscriptions"
        total={count(points.at(-1)?.active ?? 0)}
        about={`${count(sum(points, "started"))} new`}
      >
        <AreaChart
          {...common}
          curveType="stepAfter"
          withDots={false}
          series={[{ name: "active", label: "Active", color: "blue.6" }]}
          valueFormatter={(n) => count(n)}
          yAxisProps={{ allowDecimals: false }}
        />
      </Chart>
    </>
  );
}

function Chart({
  title,
  total,
  about,
  aside,
  children,
}: {
  title: string;
  total: string;
  about: string;
  aside?: ReactNode;
  children: ReactNode;
}) {
  return (
    <Paper withBorder p="md" component="section" aria-label={`${title}, by day`}>
      <Stack gap="sm">
        <Group justify="space-between" align="flex-start" wrap="nowrap" mih={50}>
          <div>
            <Title order={2} size="sm" c="dimmed" fw={500}>
              {title}
            </Title>
            <Text fw={650} size="lg" className="tabular">
              {total}{" "}
              <Text span size="xs" c="dimmed" fw={400}>
                {about}
              </Text>
            </Text>
          </div>
          {aside}
        </Group>
        <div role="img" aria-label={`${title} by day: ${total}, ${about}`}>
          {children}
        </div>
      </Stack>
    </Paper>
  );
}
