import { afterEach, expect, test, vi } from "vitest";
import type { Config } from "../config";
import { Issuer } from "./oidc";

const issuer = "https://login.example.com";
const token = `${btoa("{}")}.${btoa('{"sub":"ada"}')}.signature`.replaceAll("=", "");

afterEach(() => vi.unstubAllGlobals());

const json = (body: object) =>
  new Response(JSON.stringify(body), { headers: { "Content-Type": "application/json" } });

/** An identity provider that answers every code with a token. */
function answering() {
  vi.stubGlobal("fetch", async (input: RequestInfo | URL) =>
    String(input).includes("/.well-known/")
      ? json({ issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` })
      : json({ access_token: token, token_type: "Bearer" }),
  );
  return new Issuer({ issuer, client_id: "console", scope: "openid" } as Config, window.sessionStorage);
}

/** Comes back from the issuer's page in a window that has begun nothing itself. */
const comeBack = (search: string) => answering().arrive(search);

test("signing in beside the page waits for its own answer", async () => {
  const opened = { location: { href: "" } };
  vi.spyOn(window, "open").mockReturnValue(opened as unknown as Window);
  vi.spyOn(window, "close").mockReturnValue(undefined);
  const signedIn = answering().beside();
  await vi.waitFor(() => expect(opened.location.href).toContain(`${issuer}/authorize`));
  const asked = new URL(opened.location.href).searchParams;
  expect([asked.get("code_challenge_method"), asked.get("response_type")]).toEqual(["S256", "code"]);

  await comeBack("?code=1&state=of-another-tab");
  await comeBack(`?code=2&state=${asked.get("state")}`);
  expect(await signedIn).toBe(token);
});

test("an answer to another question is refused", async () => {
  window.sessionStorage.setItem(
    "billhook.signing-in",
    JSON.stringify({ state: "mine", verifier: "v", returnTo: "/" }),
  );
  await expect(answering().arrive("?code=1&state=theirs")).rejects.toThrow(/state/);
});
