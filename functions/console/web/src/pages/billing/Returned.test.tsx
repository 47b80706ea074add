import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { afterEach, expect, test, vi } from "vitest";
import type { Api } from "../../api/client";
import { type Services, ServicesProvider } from "../../app/services";
import { beginConnecting } from "./connecting";
import type { Status } from "./gateways";
import { Returned } from "./Returned";

afterEach(cleanup);

const off: Status = {
  billingEnabled: false,
  billingEnabledAt: null,
  billingGateway: null,
  connectedAccounts: { test: "acct_1", live: null },
  project: null,
  gateways: [],
};

function comeBack(status: Status) {
  const POST = vi.fn(() => new Promise(() => undefined));
  render(
    <MantineProvider env="test">
      <ServicesProvider services={{ api: { POST } as unknown as Api } as Services}>
        <QueryClientProvider client={new QueryClient()}>
          <MemoryRouter initialEntries={["/billing?connect=connected"]}>
            <Returned status={status} />
          </MemoryRouter>
        </QueryClientProvider>
      </ServicesProvider>
    </MantineProvider>,
  );
  return POST;
}

test("the tab that left takes the account into use", async () => {
  beginConnecting(window.sessionStorage);
  const POST = comeBack(off);
  expect(await screen.findByText("It is being taken into use.")).toBeDefined();
  expect(POST).toHaveBeenCalledOnce();
});

test("an address alone switches nothing on, and is not said to", () => {
  expect(comeBack(off)).not.toHaveBeenCalled();
  expect(screen.getByText(/It is not in use/)).toBeDefined();
});

test("an account that is not there is not said to be connected", () => {
  comeBack({ ...off, connectedAccounts: { test: null, live: "acct_2" } });
  expect(screen.queryByText(/connected/)).toBeNull();
});

test("an account in use is named", () => {
  comeBack({ ...off, billingEnabled: true, billingGateway: "stripe_connect" });
  expect(screen.getByText("acct_1 is used in test mode from now on.")).toBeDefined();
});
