import { useCallback } from "react";
import { useSearchParams } from "react-router";

/** What a list is filtered by. It stands in the URL, so that a filtered list can be shared. */
export interface Filters {
  status: string | undefined;
  period: string | undefined;
  from: string | undefined;
  to: string | undefined;
  search: string | undefined;
}

const names = ["status", "period", "from", "to", "search"] as const;

export const periods = [
  { value: "7", label: "Last 7 days" },
  { value: "30", label: "Last 30 days" },
  { value: "90", label: "Last 90 days" },
  { value: "custom", label: "From … to …" },
];

export function useFilters(): [Filters, (change: Partial<Filters>) => void] {
  const [params, setParams] = useSearchParams();
  const filters = Object.fromEntries(
    names.map((name) => [name, params.get(name) ?? undefined]),
  ) as unknown as Filters;
  const change = useCallback(
    (next: Partial<Filters>) =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before);
          for (const [name, value] of Object.entries(next)) {
            if (value) {
              after.set(name, value);
            } else {
              after.delete(name);
            }
          }
          return after;
        },
        { replace: true },
      ),
    [setParams],
  );
  return [filters, change];
}

export function filtered(filters: Filters): boolean {
  return names.some((name) => filters[name] !== undefined);
}

/**
 * The bounds of a period, for the API. Days that are named are the viewer's own, both included; "the
 * last 7 days" begin with a day, so that a list does not change with every second.
 */
export function bounds(filters: Filters, now: Date): { from?: string; to?: string } {
  if (filters.period === "custom") {
    const to = startOf(filters.to);
    return {
      from: startOf(filters.from)?.toISOString(),
      to: to && new Date(to.getFullYear(), to.getMonth(), to.getDate() + 1).toISOString(),
    };
  }
  const days = Number(filters.period);
  if (!days) {
    return {};
  }
  // By the calendar: a day on which clocks are changed has no 24 hours.
  return { from: new Date(now.getFullYear(), now.getMonth(), now.getDate() - (days - 1)).toISOString() };
}

function startOf(date: string | undefined): Date | undefined {
  const at = date ? new Date(`${date}T00:00:00`) : undefined;
  return at && !Number.isNaN(at.getTime()) ? at : undefined;
}
