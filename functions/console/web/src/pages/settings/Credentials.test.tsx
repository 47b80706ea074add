import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import type { Api } from "../../api/client";
import { type Services, ServicesProvider } from "../../app/services";
import { Credentials } from "./Credentials";

afterEach(cleanup);

const input = (label: string) => screen.getByLabelText(label) as HTMLInputElement;
const type = (label: string, value: string) => fireEvent.change(input(label), { target: { value } });

test("what is typed while the rest is being saved stays", async () => {
  let answer: (saved: object) => void = () => undefined;
  const PUT = vi.fn(() => new Promise((resolve) => (answer = resolve)));
  const config = { stripe_dashboard: "https://dashboard.stripe.com" };
  render(
    <MantineProvider env="test">
      <ServicesProvider services={{ api: { PUT } as unknown as Api, config } as Services}>
        <QueryClientProvider client={new QueryClient()}>
          <Credentials project="p1" mode="test" config={null} />
        </QueryClientProvider>
      </ServicesProvider>
    </MantineProvider>,
  );
  type("Publishable key", "pk_test_1");
  fireEvent.click(screen.getByRole("button", { name: "Save" }));
  await waitFor(() => expect(PUT).toHaveBeenCalledOnce());
  type("Webhook signing secret", "whsec_1");
  answer({ data: {} });
  await waitFor(() => expect(input("Publishable key").value).toBe(""));
  expect(input("Webhook signing secret").value).toBe("whsec_1");
});
