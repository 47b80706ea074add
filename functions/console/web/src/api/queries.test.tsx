import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, renderHook, waitFor } from "@testing-library/react";
import type { ReactNode } from "react";
import { afterEach, expect, test, vi } from "vitest";
import { type Services, ServicesProvider } from "../app/services";
import type { Api } from "./client";
import { type ListQuery, useTransactions } from "./queries";

afterEach(cleanup);

/** A list of which the first page is answered, and nothing after it. */
async function listOf(query: ListQuery) {
  const GET = vi.fn().mockResolvedValueOnce({ data: { payments: [], total: 7 } });
  GET.mockReturnValue(new Promise(() => undefined));
  const queries = new QueryClient();
  const wrapper = ({ children }: { children: ReactNode }) => (
    <ServicesProvider services={{ api: { GET } as unknown as Api } as Services}>
      <QueryClientProvider client={queries}>{children}</QueryClientProvider>
    </ServicesProvider>
  );
  const list = renderHook((asked: ListQuery) => useTransactions(asked), { wrapper, initialProps: query });
  await waitFor(() => expect(list.result.current.data?.total).toBe(7));
  return list;
}

test("another page or filter leaves the list until it is there", async () => {
  const list = await listOf({ test_mode: false, project_id: "p" });
  list.rerender({ test_mode: false, project_id: "p", cursor: "next", status: "failed" });
  expect([list.result.current.data?.total, list.result.current.isPlaceholderData]).toEqual([7, true]);
});

test.each<[string, ListQuery]>([
  ["mode", { test_mode: true, project_id: "p" }],
  ["project", { test_mode: false, project_id: "q" }],
  ["project: all", { test_mode: false }],
])("another %s shows nothing of the one before", async (_, other) => {
  const list = await listOf({ test_mode: false, project_id: "p" });
  list.rerender(other);
  expect(list.result.current.data).toBeUndefined();
});
