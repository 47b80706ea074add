import { useCallback, useMemo } from "react";
import { useSearchParams } from "react-router";

export type Mode = "test" | "live";

/** What the page shows: one mode, never both, and one project or all. It stands in the URL. */
export interface Scope {
  mode: Mode;
  testMode: boolean;
  project: string | undefined;
  setMode(mode: Mode): void;
  setProject(project: string | undefined): void;
  /** A place of the console in the same scope. */
  link(path: string, more?: Record<string, string>): string;
}

/** The part of a URL's query that says the scope. */
export function scopeOf(params: URLSearchParams): { mode: Mode; project: string | undefined } {
  return {
    mode: params.get("mode") === "live" ? "live" : "test",
    project: params.get("project") ?? undefined,
  };
}

export function scopeQuery(
  mode: Mode,
  project: string | undefined,
  more: Record<string, string> = {},
): string {
  const params = new URLSearchParams(more);
  if (mode === "live") {
    params.set("mode", mode);
  }
  if (project) {
    params.set("project", project);
  }
  const query = params.toString();
  return query ? `?${query}` : "";
}

export function useScope(): Scope {
  const [params, setParams] = useSearchParams();
  const { mode, project } = scopeOf(params);
  const set = useCallback(
    (name: string, value: string | undefined) => {
      setParams((before) => {
        const next = new URLSearchParams(before);
        // Another scope has other pages and rows.
        for (const stale of ["cursor", "row"]) {
          next.delete(stale);
        }
        if (value) {
          next.set(name, value);
        } else {
          next.delete(name);
        }
        return next;
      });
    },
    [setParams],
  );
  return useMemo(
    () => ({
      mode,
      testMode: mode === "test",
      project,
      setMode: (next) => set("mode", next === "live" ? next : undefined),
      setProject: (next) => set("project", next),
      link: (path, more) => path + scopeQuery(mode, project, more),
    }),
    [mode, project, set],
  );
}
