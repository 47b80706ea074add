import { useSyncExternalStore } from "react";

const key = "billhook.token";

export type SessionState = { token: string | undefined; expired: boolean };

/**
 * The developer's token. It lives in memory and in the tab's session storage, so that a reload does
 * not sign out. An expired one stays until it is replaced: the page goes on showing what it has.
 */
export class Session {
  private state: SessionState;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly storage: Storage) {
    this.state = { token: storage.getItem(key) ?? undefined, expired: false };
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly current = (): SessionState => this.state;

  token(): string | undefined {
    return this.state.token;
  }

  signIn(token: string): void {
    this.storage.setItem(key, token);
    this.change({ token, expired: false });
  }

  signOut(): void {
    this.storage.removeItem(key);
    this.change({ token: undefined, expired: false });
  }

  /** The API has refused a token. One that was replaced meanwhile is of no interest. */
  refused(token: string | undefined): void {
    if (token !== undefined && token === this.state.token) {
      this.change({ ...this.state, expired: true });
    }
  }

  private change(state: SessionState): void {
    this.state = state;
    for (const listener of this.listeners) {
      listener();
    }
  }
}

export function useSession(session: Session): SessionState {
  return useSyncExternalStore(session.subscribe, session.current);
}

/** The claims of a token, if it is a JWT. They are shown, never trusted. */
export function claimsOf(token: string | undefined): Record<string, unknown> {
  try {
    const payload = token?.split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (c) =>
      c.charCodeAt(0),
    );
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof claims === "object" && claims !== null ? (claims as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

/** Whether a text has the form of a JWT. */
export function isJWT(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token) && Object.keys(claimsOf(token)).length > 0;
}
