import { expect, test } from "vitest";
import { Session } from "../auth/session";
import { createQueryClient, forgetWith } from "./queryClient";

const tokenOf = (sub: string, tenant_id?: string) =>
  `${btoa("{}")}.${btoa(JSON.stringify({ sub, tenant_id }))}.signature`;

function signedIn() {
  const session = new Session(window.sessionStorage);
  session.signIn(tokenOf("ada"));
  const queries = createQueryClient();
  forgetWith(session, queries);
  queries.setQueryData(["projects"], "Ada's");
  return { session, read: () => queries.getQueryData(["projects"]) };
}

test("what a developer has read is gone with them", () => {
  const { session, read } = signedIn();
  session.signOut();
  expect(read()).toBeUndefined();
});

test.each([
  ["somebody else", tokenOf("bob")],
  ["another tenant", tokenOf("ada", "acme")],
])("a token of %s shows nothing of who was there before", (_, token) => {
  const { session, read } = signedIn();
  session.refused(session.token());
  session.signIn(token);
  expect(read()).toBeUndefined();
});

test("a new token of the same developer leaves the page as it is", () => {
  const { session, read } = signedIn();
  session.refused(session.token());
  session.signIn(tokenOf("ada"));
  expect(read()).toBe("Ada's");
});
