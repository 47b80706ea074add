import * as oauth from "oauth4webapi";
import type { Config } from "../config";
import { isJWT } from "./session";

/** What a sign-in has to remember until the issuer sends the browser back. */
interface Pending {
  state: string;
  verifier: string;
  returnTo: string;
}

const pendingKey = "billhook.signing-in";
const channelName = "billhook.signed-in";

export const callbackPath = "/console/callback";

/** Signs developers in with the deployer's identity provider: the code flow with PKCE. */
export class Issuer {
  private discovered: Promise<oauth.AuthorizationServer> | undefined;

  constructor(
    private readonly config: Config,
    private readonly storage: Storage,
  ) {}

  get configured(): boolean {
    return this.config.issuer !== "" && this.config.client_id !== "";
  }

  /** Leaves the page for the issuer's. */
  async leave(returnTo: string): Promise<void> {
    const { pending, url } = await this.begin(returnTo);
    this.storage.setItem(pendingKey, JSON.stringify(pending));
    window.location.assign(url);
  }

  /** Signs in again in a window beside the page, which stays as it is. */
  async beside(): Promise<string> {
    // The window begins with a copy of what is stored here: a sign-in that was given up is none of its.
    this.storage.removeItem(pendingKey);
    // Opened at once: a window that opens later, after an answer, would be blocked.
    const opened = window.open("about:blank", "billhook-sign-in", "popup,width=480,height=640");
    if (!opened) {
      throw new Error(
        "The browser has blocked the sign-in window. Allow windows for this page and try again.",
      );
    }
    const { pending, url } = await this.begin("");
    const answer = new Promise<URLSearchParams>((resolve) => {
      const channel = new BroadcastChannel(channelName);
      channel.onmessage = ({ data }: MessageEvent<string>) => {
        const told = new URLSearchParams(data);
        if (told.get("state") !== pending.state) {
          return; // the answer to another tab
        }
        channel.close();
        resolve(told);
      };
    });
    opened.location.href = url;
    return this.redeem(await answer, pending);
  }

  /** Takes the browser back in: the token and where to go on, or nothing where another window goes on. */
  async arrive(search: string): Promise<{ token: string; returnTo: string } | undefined> {
    const stored = this.storage.getItem(pendingKey);
    if (!stored) {
      const channel = new BroadcastChannel(channelName);
      channel.postMessage(search);
      channel.close();
      window.close();
      return undefined;
    }
    this.storage.removeItem(pendingKey);
    const pending = JSON.parse(stored) as Pending;
    return { token: await this.redeem(new URLSearchParams(search), pending), returnTo: pending.returnTo };
  }

  private async begin(returnTo: string): Promise<{ pending: Pending; url: string }> {
    const server = await this.discover();
    if (!server.authorization_endpoint) {
      throw new Error("The identity provider has no page to sign in.");
    }
    const pending = {
      state: oauth.generateRandomState(),
      verifier: oauth.generateRandomCodeVerifier(),
      returnTo,
    };
    const url = new URL(server.authorization_endpoint);
    const parameters: Record<string, string> = {
      client_id: this.config.client_id,
      response_type: "code",
      redirect_uri: redirectURI(),
      scope: this.config.scope,
      state: pending.state,
      code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
      code_challenge_method: "S256",
    };
    if (this.config.audience) {
      parameters.audience = this.config.audience;
    }
    for (const [name, value] of Object.entries(parameters)) {
      url.searchParams.set(name, value);
    }
    return { pending, url: url.href };
  }

  private async redeem(answer: URLSearchParams, pending: Pending): Promise<string> {
    const server = await this.discover();
    const client = { client_id: this.config.client_id };
    const parameters = oauth.validateAuthResponse(server, client, answer, pending.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      parameters,
      redirectURI(),
      pending.verifier,
      this.options(),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response);
    // An opaque access token tells the API nothing.
    return !isJWT(tokens.access_token) && tokens.id_token ? tokens.id_token : tokens.access_token;
  }

  private discover(): Promise<oauth.AuthorizationServer> {
    const issuer = new URL(this.config.issuer);
    this.discovered ??= oauth
      .discoveryRequest(issuer, this.options())
      .then((response) => oauth.processDiscoveryResponse(issuer, response))
      .catch((error: unknown) => {
        this.discovered = undefined;
        throw new Error("The identity provider cannot be reached.", { cause: error });
      });
    return this.discovered;
  }

  /** An issuer without TLS is one on the developer's own machine. */
  private options() {
    return { [oauth.allowInsecureRequests]: this.config.issuer.startsWith("http://") };
  }
}

function redirectURI(): string {
  return window.location.origin + callbackPath;
}
