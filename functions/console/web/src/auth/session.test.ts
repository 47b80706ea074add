import { expect, test, vi } from "vitest";
import { claimsOf, isJWT, Session } from "./session";

const jwt = (claims: object) =>
  ["{}", JSON.stringify(claims), "signature"].map((part) => btoa(part).replaceAll("=", "")).join(".");

test("a token outlives a reload of the tab, and signing out ends it", () => {
  new Session(window.sessionStorage).signIn("first");
  const session = new Session(window.sessionStorage);
  expect(session.token()).toBe("first");
  session.signOut();
  expect([session.token(), new Session(window.sessionStorage).token()]).toEqual([undefined, undefined]);
});

test("a refused token is expired, and stays until there is another", () => {
  const session = new Session(window.sessionStorage);
  const told = vi.fn();
  session.subscribe(told);
  session.signIn("first");
  session.refused("an earlier one");
  expect(session.current().expired).toBe(false);
  session.refused("first");
  expect(session.current()).toEqual({ token: "first", expired: true });
  session.signIn("second");
  expect(session.current()).toEqual({ token: "second", expired: false });
  expect(told).toHaveBeenCalledTimes(3);
});

test("claims", () => {
  expect(claimsOf(jwt({ sub: "ada" }))).toEqual({ sub: "ada" });
  expect([claimsOf("opaque"), claimsOf(undefined)]).toEqual([{}, {}]);
});

test("what a token looks like", () => {
  expect([isJWT(jwt({ sub: "ada" })), isJWT("opaque"), isJWT("a.b.c")]).toEqual([true, false, false]);
});
