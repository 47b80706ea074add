/** What Stripe's codes mean, and what can be done, for the developer. */
const meanings: Record<string, string> = {
  card_declined: "The bank refused the card. The buyer has to ask the bank, or take another card.",
  insufficient_funds: "There is not enough money on the account. A later try or another card may work.",
  expired_card: "The card has expired. The buyer has to enter a new one.",
  incorrect_cvc: "The security code was wrong. The buyer has to enter it again.",
  incorrect_number: "The card's number was wrong. The buyer has to enter it again.",
  processing_error: "Something went wrong at Stripe or the bank. Trying again usually helps.",
  authentication_required:
    "The bank wants the buyer to confirm. They have to come back to the page and pay there.",
  payment_intent_authentication_failure: "The buyer did not confirm the payment with their bank.",
  lost_card: "The card was reported lost. The buyer must take another; do not tell them why.",
  stolen_card: "The card was reported stolen. The buyer must take another; do not tell them why.",
  fraudulent: "Stripe suspects fraud. Do not tell the buyer more than a general refusal.",
  generic_decline: "The bank refused without a reason. The buyer has to ask the bank.",
  do_not_honor: "The bank refused without a reason. The buyer has to ask the bank.",
  card_not_supported: "The card does not support this kind of purchase. Another card may.",
  currency_not_supported: "The card does not support the currency.",
};

/** The meaning of a failure: of the bank's own reason, if it is known, else of Stripe's code. */
export function meaningOf(failure: string | null, decline: string | null): string | undefined {
  return (decline && meanings[decline]) || (failure && meanings[failure]) || undefined;
}
