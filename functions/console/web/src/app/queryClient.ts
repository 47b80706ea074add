import { QueryClient } from "@tanstack/react-query";
import { ApiError } from "../api/errors";
import { claimsOf, type Session } from "../auth/session";

/** Whether asking again may help: not where the API has understood and refused. */
export function worthRetrying(failures: number, error: Error): boolean {
  const refused = error instanceof ApiError && error.status >= 400 && error.status < 500;
  return !refused && failures < 2;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: { queries: { retry: worthRetrying, staleTime: 5_000, refetchOnWindowFocus: true } },
  });
}

/** Forgets what was read as soon as somebody else, or nobody, is signed in. */
export function forgetWith(session: Session, queries: QueryClient): () => void {
  let reader = readerOf(session.token());
  return session.subscribe(() => {
    const token = session.token();
    const now = readerOf(token);
    if (!token) {
      queries.clear();
    } else if (now !== reader) {
      void queries.resetQueries();
    }
    reader = now;
  });
}

/** Whose data a token reads: a tenant's, else the subject's own. */
function readerOf(token: string | undefined): string {
  const { sub, tenant_id, tenantId } = claimsOf(token);
  return JSON.stringify([sub, tenant_id, tenantId]);
}
