import { ApiError } from "../../../api/errors";

/** The refusals that are about one field, and name none. */
const about: Record<string, string> = {
  plan_key_taken: "key",
  default_plan_taken: "isDefault",
  currency_required: "currency",
  currency_fixed: "currency",
  plan_archived: "archived",
};

/** What the API says in the words of a program, in those of a person. */
const patterns: [said: string, plain: string][] = [
  ["String should match pattern '^[a-z0-9_-]{1,64}$'", "Up to 64 lowercase letters, digits, _ and -"],
  ["should match pattern '^[a-z0-9_]{1,64}$'", "should be up to 64 lowercase letters, digits and _"],
  ["String should have at least 1 character", "Field required"],
];

function plain(text: string | undefined): string | undefined {
  return text && patterns.reduce((said, [pattern, words]) => said.replace(pattern, words), text);
}

/** What the API says about a field of the plan, or about an item of its list. */
export function refusalOf(error: unknown, field: string, item?: number): string | undefined {
  if (!(error instanceof ApiError)) {
    return undefined;
  }
  return plain(
    error.of(field, item) ??
      (error.code && about[error.code] === field && item === undefined ? error.message : undefined),
  );
}

/** Whether every part of a refusal has a field that shows it. */
export function hasField(error: unknown): boolean {
  return (
    error instanceof ApiError &&
    (error.invalid.some(({ loc }) => loc[0] === "body" && loc.length > 1) ||
      (error.code !== undefined && error.code in about))
  );
}
