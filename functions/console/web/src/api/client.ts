import createClient, { type Client } from "openapi-fetch";
import { ApiError, toApiError } from "./errors";
import type { components, paths } from "./schema.gen";

export type Schemas = components["schemas"];
export type Api = Client<paths>;

/** Where the token comes from, and who is told when the API refuses it. */
export interface Credentials {
  token(): string | undefined;
  refused(token: string | undefined): void;
}

/** A client of the API that throws an ApiError for whatever is no success. */
export function createApi(base: string, credentials: Credentials): Api {
  const api = createClient<paths>({ baseUrl: base || window.location.origin, fetch: reachable });
  api.use({
    onRequest({ request }) {
      const token = credentials.token();
      if (token) {
        request.headers.set("Authorization", `Bearer ${token}`);
      }
      return request;
    },
    async onResponse({ request, response }) {
      if (response.ok) {
        return response;
      }
      if (response.status === 401) {
        credentials.refused(request.headers.get("Authorization")?.slice("Bearer ".length));
      }
      throw toApiError(response.status, await response.json().catch(() => undefined));
    },
  });
  return api;
}

async function reachable(request: Request): Promise<Response> {
  try {
    return await fetch(request);
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") {
      throw error;
    }
    throw new ApiError(0, toApiError(0, undefined).message);
  }
}

/** The body of an answer: the client throws whatever is no success. */
export async function data<T>(call: Promise<{ data?: T }>): Promise<T> {
  return (await call).data as T;
}
