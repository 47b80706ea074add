import type { Schemas } from "../../api/client";
import { count } from "../../ui/format";

export type Status = Schemas["BillingStatus"];
export type Gateway = NonNullable<Status["billingGateway"]>;
export type Mode = "test" | "live";

export interface Facts {
  name: string;
  /** For who chooses, and for who has chosen. */
  about: string;
  inUse: string;
  fee: (percent: number) => string;
  merchant: string;
  need: string;
}

const stripesOwn = "Stripe's own fees";

/** What each way to take money means for whoever picks it. */
export const facts: Record<Gateway | "own_keys", Facts> = {
  managed: {
    name: "Sandbox",
    about: "Try everything in test mode with a Stripe account that this deployment shares. No money moves.",
    inUse: "A Stripe account that this deployment shares, in test mode. No money moves.",
    fee: () => "None",
    merchant: "Nobody: nothing is really sold",
    need: "Nothing",
  },
  stripe_connect: {
    name: "Your Stripe account",
    about: "Sign in at Stripe once and allow this deployment to sell on your behalf. No keys to copy.",
    inUse: "This deployment sells on behalf of the Stripe account that you have connected.",
    fee: (percent) => (percent > 0 ? `${count(percent)}% of each sale, and ${stripesOwn}` : stripesOwn),
    merchant: "You. Payouts go to your bank account",
    need: "A Stripe account, or five minutes to open one",
  },
  stripe_platform: {
    name: "The deployment's account",
    about: "All projects sell through the Stripe account of whoever runs this deployment.",
    inUse: "All projects sell through the Stripe account of whoever runs this deployment.",
    fee: () => stripesOwn,
    merchant: "Whoever runs this deployment, who also receives the money",
    need: "Nothing",
  },
  own_keys: {
    name: "Your own keys",
    about:
      "Each project has the keys of a Stripe account and a webhook of its own. Those win over any gateway.",
    inUse: "The project has the keys of a Stripe account of its own.",
    fee: () => stripesOwn,
    merchant: "You. Payouts go to your bank account",
    need: "A Stripe account, its API keys and a webhook endpoint",
  },
};

export interface Offer {
  gateway: Gateway;
  test: boolean;
  live: boolean;
  feePercent: number;
}

/** The gateways that can be picked, the one in use also where it is no longer offered. */
export function offersOf(status: Status): Offer[] {
  const offered = [...(status.gateways ?? [])];
  const current = status.billingEnabled ? status.billingGateway : null;
  if (current && !offered.some(({ gateway }) => gateway === current)) {
    offered.push({ gateway: current, test: false, live: false, feePercent: 0 });
  }
  return offered;
}

/** Why a project sells nothing in a mode, and what there is to do. */
export function obstacleOf(
  status: Status,
  mode: Mode,
): { why: string; todo: "connect" | "gateway" | "keys" } {
  const { billingEnabled, billingGateway, connectedAccounts } = status;
  if (!billingEnabled) {
    return { why: "Billing is off, and the project has no Stripe keys of its own in use.", todo: "gateway" };
  }
  if (billingGateway === "managed" && mode === "live") {
    return {
      why: "The sandbox is for test mode only. Pick another gateway, or save live keys for the project.",
      todo: "keys",
    };
  }
  if (billingGateway === "stripe_connect" && !connectedAccounts[mode]) {
    return { why: `No Stripe account is connected in ${mode} mode.`, todo: "connect" };
  }
  return { why: "Billing is being switched at the moment. Try again in a minute.", todo: "gateway" };
}

/** The statuses of subscriptions that have not ended, with how many there are of each. */
export function runningOf(byStatus: Record<string, number>): [status: string, count: number][] {
  const ended = ["canceled", "incomplete_expired"];
  return Object.entries(byStatus)
    .filter(([status, n]) => n > 0 && !ended.includes(status))
    .sort(([, a], [, b]) => b - a);
}
