/** InvalidInput is one entry of a 422: which input, and what is wrong with it. */
export interface InvalidInput {
  loc: (string | number)[];
  msg: string;
}

/** ApiError is an answer that is no success, or none at all (status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly invalid: InvalidInput[] = [],
    readonly retryAfter?: number,
    /** For programs, such as `plan_key_taken`; not every family of the API tells one. */
    readonly code?: string,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** The message for a field of the request's body, or for an item of a list, if something is wrong with it. */
  of(field: string, item?: number): string | undefined {
    return this.invalid.find(
      ({ loc }) => loc[0] === "body" && loc[1] === field && (item === undefined || loc[2] === item),
    )?.msg;
  }
}

/** Reads the error body of any of the API's families. */
export function toApiError(status: number, body: unknown): ApiError {
  const { detail, invalid, retry_after, message, error } = (body ?? {}) as {
    detail?: string | InvalidInput[];
    invalid?: InvalidInput[];
    retry_after?: number;
    message?: string;
    error?: unknown;
  };
  if (Array.isArray(detail)) {
    return new ApiError(status, detail.map(sentence).join(" "), detail, retry_after);
  }
  const code = typeof error === "string" ? error : undefined;
  return new ApiError(status, detail ?? message ?? fallback(status), invalid, retry_after, code);
}

function sentence({ loc, msg }: InvalidInput): string {
  return `${loc.slice(1).join(".")}: ${msg}.`;
}

function fallback(status: number): string {
  switch (status) {
    case 0:
      return "The API cannot be reached. Check your connection and try again.";
    case 429:
      return "Too many requests. Wait a moment and try again.";
    case 503:
      return "The API is not available right now. Try again in a moment.";
    default:
      return `The API answered with status ${status}.`;
  }
}

/** What to say of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
