import { type ReactNode, useEffect, useState } from "react";
import { createApi } from "../api/client";
import { messageOf } from "../api/errors";
import { Issuer } from "../auth/oidc";
import { Session } from "../auth/session";
import { loadConfig } from "../config";
import type { Services } from "./services";

/** Reads the deployment's settings and makes what the app works with. */
export function Boot({ children }: { children: (services: Services) => ReactNode }) {
  const [services, setServices] = useState<Services>();
  const [failure, setFailure] = useState<string>();
  const [attempt, setAttempt] = useState(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is the same effect again
  useEffect(() => {
    loadConfig().then(
      (config) => {
        const session = new Session(window.sessionStorage);
        const api = createApi(config.api_base, session);
        setServices({ api, session, issuer: new Issuer(config, window.sessionStorage), config });
      },
      (error: unknown) => setFailure(messageOf(error)),
    );
  }, [attempt]);

  if (services) {
    return children(services);
  }
  if (failure === undefined) {
    return null;
  }
  return (
    <main className="boot">
      <p role="alert">{failure}</p>
      <button
        type="button"
        onClick={() => {
          setFailure(undefined);
          setAttempt(attempt + 1);
        }}
      >
        Try again
      </button>
    </main>
  );
}
