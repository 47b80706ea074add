import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import type { Api } from "../api/client";
import { type Services, ServicesProvider } from "../app/services";
import { useFirstPayment } from "./useFirstPayment";

afterEach(() => {
  notifications.clean();
  cleanup();
});

const figures = (payments: number) => ({
  total_subscriptions: payments,
  total_payments: payments,
  successful_payments: payments,
});

function Probe({ project }: { project: string }) {
  return <output>{JSON.stringify(useFirstPayment("test", project))}</output>;
}

/** A page that watches projects, by what is paid to each. */
function watching(paid: Record<string, number>) {
  const queries = new QueryClient();
  const GET = async (_: string, { params }: { params: { query: { project_id: string } } }) => ({
    data: figures(paid[params.query.project_id] ?? 0),
  });
  const services = { api: { GET } as unknown as Api } as Services;
  const page = (project: string) => (
    <MantineProvider env="test">
      <Notifications />
      <ServicesProvider services={services}>
        <QueryClientProvider client={queries}>
          <Probe project={project} />
        </QueryClientProvider>
      </ServicesProvider>
    </MantineProvider>
  );
  const { rerender } = render(page("p1"));
  return { look: (project: string) => rerender(page(project)), again: () => queries.invalidateQueries() };
}

const told = () => screen.queryByText("Your first test payment arrived") !== null;
const state = (part: object) => screen.findByText(JSON.stringify(part));

test("says so when the first payment arrives", async () => {
  const paid = { p1: 0 };
  const page = watching(paid);
  await state({ known: true, bought: false, first: false });
  expect(told()).toBe(false);
  paid.p1 = 1;
  await act(page.again);
  await state({ known: true, bought: true, first: true });
  expect(told()).toBe(true);
});

test("is silent of what was there before, and of another project's", async () => {
  const page = watching({ p1: 0, p2: 1, p3: 7 });
  await state({ known: true, bought: false, first: false });
  page.look("p2");
  await state({ known: true, bought: true, first: true });
  page.look("p3");
  await state({ known: true, bought: true, first: false });
  expect(told()).toBe(false);
});
