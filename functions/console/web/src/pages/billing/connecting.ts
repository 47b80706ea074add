/** What the callback of Stripe's OAuth adds to the address that it comes back to, in words. */
export interface Outcome {
  came: "connected" | "denied" | "failed";
  title: string;
  text: string;
}

const refusals: Record<string, string> = {
  invalid_state: "It took longer than ten minutes, or was finished before. Please start again.",
  invalid_grant: "Stripe's answer had expired. Please start again.",
  connect_failed: "Stripe connected no account in this mode.",
  connect_account_taken: "The Stripe account is connected by somebody else in this deployment.",
  billing_gateway_in_use:
    "End users have subscriptions through the account that is connected now. Cancel them first.",
  stripe_unreachable: "Stripe could not be reached. Please try again.",
};

export function outcomeOf(params: URLSearchParams): Outcome | undefined {
  const error = params.get("error") ?? "";
  switch (params.get("connect")) {
    case "connected":
      return { came: "connected", title: "Your Stripe account is connected", text: "" };
    case "denied":
      return {
        came: "denied",
        title: "No account was connected",
        text: "You declined at Stripe. Nothing has changed, and you can start again at any time.",
      };
    case "failed":
      return {
        came: "failed",
        title: "The Stripe account was not connected",
        text: refusals[error] ?? `Something went wrong (${error || "unknown"}). Please try again.`,
      };
    default:
      return undefined;
  }
}

const name = "billhook.connecting";

/** Remembers, in this tab only, that connecting began here: an address alone switches nothing on. */
export function beginConnecting(storage: Storage): void {
  storage.setItem(name, "1");
}

/** Whether connecting began in this tab; true once. */
export function endConnecting(storage: Storage): boolean {
  const began = storage.getItem(name) !== null;
  storage.removeItem(name);
  return began;
}
