import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, cleanup, fireEvent, render, screen } from "@testing-library/react";
import { afterEach, expect, test } from "vitest";
import { createApi } from "../api/client";
import { ServicesProvider } from "../app/services";
import { Expired } from "./Expired";
import { Issuer } from "./oidc";
import { Session } from "./session";

afterEach(cleanup);

const jwt = `${btoa("{}")}.${btoa('{"sub":"ada"}')}.signature`.replaceAll("=", "");

function page() {
  const session = new Session(window.sessionStorage);
  session.signIn("expired.soon.token");
  const config = {
    issuer: "",
    client_id: "",
    scope: "",
    audience: "",
    api_base: "",
    stripe_dashboard: "https://dashboard.stripe.com",
    pricing_page: "",
  };
  const issuer = new Issuer(config, window.sessionStorage);
  render(
    <MantineProvider env="test">
      <ServicesProvider services={{ api: createApi("", session), session, issuer, config }}>
        <QueryClientProvider client={new QueryClient()}>
          <input aria-label="Typed" />
          <Expired />
        </QueryClientProvider>
      </ServicesProvider>
    </MantineProvider>,
  );
  return session;
}

function submit() {
  const form = screen.getByLabelText(/Developer token/).closest("form");
  expect(form).not.toBeNull();
  fireEvent.submit(form as HTMLFormElement);
}

test("asks again over the page, which keeps what was typed", () => {
  const session = page();
  fireEvent.change(screen.getByLabelText("Typed"), { target: { value: "a long text" } });
  expect(screen.queryByText("Your sign-in has expired")).toBeNull();
  act(() => session.refused("expired.soon.token"));
  expect(screen.getByText("Your sign-in has expired")).toBeDefined();
  fireEvent.change(screen.getByLabelText(/Developer token/), { target: { value: ` Bearer ${jwt} ` } });
  submit();
  expect(session.current()).toEqual({ token: jwt, expired: false });
  expect((screen.getByLabelText("Typed") as HTMLInputElement).value).toBe("a long text");
});

test("takes nothing that is no token", () => {
  const session = page();
  act(() => session.refused("expired.soon.token"));
  fireEvent.change(screen.getByLabelText(/Developer token/), { target: { value: "nonsense" } });
  submit();
  expect(screen.getByText(/This is no token/)).toBeDefined();
  expect(session.current().expired).toBe(true);
});
