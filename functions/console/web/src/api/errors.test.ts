import { expect, test } from "vitest";
import { worthRetrying } from "../app/queryClient";
import { ApiError, toApiError } from "./errors";

test("a sentence", () => {
  const error = toApiError(404, { detail: "Project not found" });
  expect([error.status, error.message, error.of("name")]).toEqual([404, "Project not found", undefined]);
});

test("fields that are wrong", () => {
  const error = toApiError(422, {
    detail: [{ loc: ["body", "name"], msg: "Field required", type: "missing" }],
  });
  expect([error.of("name"), error.of("other"), error.message]).toEqual([
    "Field required",
    undefined,
    "name: Field required.",
  ]);
});

test("an item of a list, and a code", () => {
  const error = toApiError(400, {
    statusCode: 400,
    message: "invalid_input",
    error: "invalid_input",
    detail: "features.1: key should be another than those before",
    invalid: [
      { loc: ["body", "features", 1], msg: "key should be another than those before", type: "value_error" },
    ],
  });
  expect([error.code, error.of("features", 0), error.of("features", 1)]).toEqual([
    "invalid_input",
    undefined,
    "key should be another than those before",
  ]);
  expect(error.message).toBe("features.1: key should be another than those before");
});

test.each([
  [0, "The API cannot be reached. Check your connection and try again."],
  [503, "The API is not available right now. Try again in a moment."],
  [500, "The API answered with status 500."],
])("no body, status %d", (status, message) => {
  expect(toApiError(status, undefined).message).toBe(message);
});

test("only what may help is tried again", () => {
  expect(worthRetrying(0, new ApiError(404, ""))).toBe(false);
  expect(worthRetrying(0, new ApiError(503, ""))).toBe(true);
  expect(worthRetrying(1, new ApiError(0, ""))).toBe(true);
  expect(worthRetrying(2, new ApiError(500, ""))).toBe(false);
});
