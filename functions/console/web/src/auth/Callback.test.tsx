import { MantineProvider } from "@mantine/core";
import { cleanup, render, screen } from "@testing-library/react";
import { MemoryRouter, Route, Routes } from "react-router";
import { afterEach, expect, test } from "vitest";
import { type Services, ServicesProvider } from "../app/services";
import { Callback } from "./Callback";
import type { Issuer } from "./oidc";
import { Session } from "./session";

afterEach(cleanup);

function arrive(answer: ReturnType<Issuer["arrive"]>): Session {
  const session = new Session(window.sessionStorage);
  const issuer = { arrive: () => answer } as unknown as Issuer;
  render(
    <MantineProvider env="test">
      <ServicesProvider services={{ session, issuer } as Services}>
        <MemoryRouter initialEntries={["/callback"]}>
          <Routes>
            <Route path="/callback" element={<Callback />} />
            <Route path="/events" element={<p>Where it began</p>} />
          </Routes>
        </MemoryRouter>
      </ServicesProvider>
    </MantineProvider>,
  );
  return session;
}

test("signs in and goes on where it began", async () => {
  const session = arrive(Promise.resolve({ token: "a token", returnTo: "/events" }));
  expect(await screen.findByText("Where it began")).toBeDefined();
  expect(session.token()).toBe("a token");
});

test("a window that did not begin it, and cannot be closed, says where it goes on", async () => {
  const session = arrive(Promise.resolve(undefined));
  expect(await screen.findByText(/goes on in the window that it began in/)).toBeDefined();
  expect([screen.getByRole("link").getAttribute("href"), session.token()]).toEqual(["/", undefined]);
});

test("says what failed", async () => {
  arrive(Promise.reject(new Error("The state is another.")));
  expect((await screen.findByRole("alert")).textContent).toContain("The state is another.");
});
