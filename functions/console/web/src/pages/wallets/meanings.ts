import type { Schemas } from "../../api/client";

/** What moves a wallet, as people say it. */
const movements: Record<Schemas["BalanceTransaction"]["type"], string> = {
  deposit: "Paid in",
  auto_reload: "Paid in by auto-reload",
  claw_back: "Taken back by Stripe",
  reinstatement: "Given back by Stripe",
  spend: "Spent",
  hold: "Held",
  capture: "Hold captured",
  release: "Hold released",
  marketplace_call: "Paid to a creator",
  refund: "Refunded by a creator",
};

export function movementOf(type: Schemas["BalanceTransaction"]["type"]): string {
  return movements[type] ?? type;
}

/** What Stripe's and the banks' codes mean for a payout, and what can be done. */
const failures: Record<string, string> = {
  account_closed: "The bank account has been closed. The creator has to enter another at Stripe.",
  account_frozen: "The bank account is frozen. The creator has to ask the bank, or enter another.",
  account_invalid: "The creator's Stripe account is not connected any more. They have to connect one again.",
  balance_insufficient:
    "There was too little in your own Stripe balance. Add funds there; the creator can then ask again.",
  bank_account_restricted: "The bank account cannot receive payouts. The creator has to enter another.",
  bank_refused: "The bank refused it without a reason. The creator has to ask the bank.",
  canceled: "The payout was canceled at Stripe.",
  could_not_process: "The bank could not process it. Another try may work; if not, another bank account.",
  declined: "The bank declined it. The creator has to ask the bank.",
  incorrect_account_holder_name: "The name does not fit the bank account. The creator has to correct it.",
  insufficient_capabilities_for_transfer:
    "The creator's Stripe account cannot receive transfers yet. They have to finish its onboarding.",
  insufficient_funds: "There was too little in the Stripe account that the payout comes from.",
  invalid_account_number: "The account number is wrong. The creator has to correct it at Stripe.",
  invalid_currency: "The bank account does not take this currency. The creator has to enter another.",
  no_account: "The bank account was not found. The creator has to check its details at Stripe.",
};

export function payoutFailure(code: string | null): string | undefined {
  return code === null ? undefined : failures[code];
}

type Payout = Pick<
  Schemas["CreatorPayout"],
  "status" | "created_at" | "ended_at" | "transfer_id" | "failure_code"
>;

/** A step of a payout: done, with its time if that is kept, or still to come. */
export interface Step {
  name: string;
  about: string;
  at: string | null;
  done: boolean;
  /** It ended without being paid. */
  lost?: boolean;
}

/** How far a payout has come, in the order of its steps. */
export function stepsOf(payout: Payout): Step[] {
  const { status } = payout;
  const sent = payout.transfer_id !== null;
  const steps: Step[] = [
    { name: "Reserved", about: "Taken out of the creator's earnings", at: payout.created_at, done: true },
  ];
  if (sent || status === "reserved" || status === "sent") {
    const about = sent
      ? "Transferred to the creator's Stripe account"
      : "Not at the creator's Stripe account yet";
    steps.push({ name: "Sent", about, at: null, done: sent });
  }
  if (status === "failed") {
    steps.push({
      name: "Failed",
      about: "The money is in the earnings again",
      at: payout.ended_at,
      done: true,
      lost: true,
    });
  } else if (status === "reversed") {
    steps.push({
      name: "Reversed",
      about: "Taken back, into the earnings",
      at: payout.ended_at,
      done: true,
      lost: true,
    });
  } else if (payout.failure_code) {
    steps.push({
      name: "Failed",
      about: "Refused; the money is on its way back into the earnings",
      at: null,
      done: false,
      lost: true,
    });
  } else {
    const paid = status === "paid";
    const about = paid ? "The bank has it" : "Not at the bank yet";
    steps.push({ name: "Paid", about, at: payout.ended_at, done: paid });
  }
  return steps;
}
