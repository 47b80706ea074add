import { Skeleton } from "@mantine/core";

/** As high as a chart in its card, so that nothing jumps. */
export const chartCardHeight = 312;

export function ChartSkeletons() {
  return ["revenue", "recurring", "payments", "subscriptions"].map((chart) => (
    <Skeleton key={chart} height={chartCardHeight} radius="md" />
  ));
}
