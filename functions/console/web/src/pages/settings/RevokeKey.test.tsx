import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { cleanup, fireEvent, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test, vi } from "vitest";
import type { Api, Schemas } from "../../api/client";
import { type Services, ServicesProvider } from "../../app/services";
import { RevokeKey } from "./RevokeKey";

afterEach(cleanup);

function Keys() {
  const [revoking, setRevoking] = useState<Schemas["Key"]>();
  const named = (name: string) => ({ id: name, name }) as Schemas["Key"];
  return (
    <>
      {["first", "second"].map((name) => (
        <button key={name} type="button" onClick={() => setRevoking(named(name))}>
          {name}
        </button>
      ))}
      <RevokeKey project="p1" revoking={revoking} onClose={() => setRevoking(undefined)} />
    </>
  );
}

test("what failed with one key is not said of the next", async () => {
  const api = { DELETE: vi.fn().mockRejectedValue(new Error("The API cannot be reached.")) };
  render(
    <MantineProvider env="test">
      <ServicesProvider services={{ api: api as unknown as Api } as Services}>
        <QueryClientProvider client={new QueryClient()}>
          <Keys />
        </QueryClientProvider>
      </ServicesProvider>
    </MantineProvider>,
  );
  fireEvent.click(screen.getByText("first"));
  fireEvent.click(await screen.findByRole("button", { name: "Revoke" }));
  expect((await screen.findByRole("alert")).textContent).toContain("The API cannot be reached.");
  fireEvent.click(screen.getByRole("button", { name: "Keep it" }));
  fireEvent.click(screen.getByText("second"));
  expect(await screen.findByText(/Whoever uses second is refused/)).toBeDefined();
  expect(screen.queryByRole("alert")).toBeNull();
});
