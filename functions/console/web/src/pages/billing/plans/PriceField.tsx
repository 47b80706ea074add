import { Anchor, NumberInput, Stack, Text, TextInput } from "@mantine/core";
import { minorDigits, money } from "../../../ui/format";
import type { PriceDraft } from "./draft";
import { separators } from "./numbers";

const words = {
  month: { label: "Monthly price", id: "Stripe price, monthly" },
  year: { label: "Yearly price", id: "Stripe price, yearly" },
};

/** What the plan costs for an interval: an amount, or a price that is at Stripe already. */
export function PriceField({
  interval,
  price,
  change,
  currency,
  saved,
  paidIn,
  becomes,
  error,
  disabled,
}: {
  interval: "month" | "year";
  price: PriceDraft;
  change: (price: PriceDraft) => void;
  currency: string;
  /** What it is sold at now, in minor units. */
  saved: number | null;
  /** The currency of that, whatever is picked now. */
  paidIn: string;
  becomes: "none" | "replaced" | "removed";
  error: string | undefined;
  disabled: boolean;
}) {
  const { label, id } = words[interval];
  const turn = (
    <Anchor
      component="button"
      type="button"
      size="xs"
      ta="start"
      onClick={() => change({ ...price, by: price.by === "amount" ? "id" : "amount" })}
    >
      {price.by === "amount" ? "Use a price that is at Stripe" : "Enter an amount instead"}
      <span className="visually-hidden">, {label.toLowerCase()}</span>
    </Anchor>
  );
  return (
    <Stack gap={6}>
      {price.by === "amount" ? (
        <NumberInput
          label={label}
          placeholder="Not sold"
          value={price.amount}
          onChange={(value) => change({ ...price, amount: value === "" ? "" : Number(value) })}
          error={error}
          disabled={disabled}
          min={0}
          decimalScale={minorDigits(currency)}
          allowNegative={false}
          hideControls
          {...separators()}
          rightSection={<Text size="xs">{currency.toUpperCase()}</Text>}
          rightSectionWidth={56}
          rightSectionPointerEvents="none"
        />
      ) : (
        <TextInput
          label={id}
          placeholder="price_…"
          value={price.id}
          onChange={(event) => change({ ...price, id: event.currentTarget.value })}
          error={error}
          disabled={disabled}
          spellCheck={false}
          autoComplete="off"
        />
      )}
      {!disabled && turn}
      {saved !== null && becomes !== "none" && (
        <Text size="sm" role="status">
          {becomes === "replaced"
            ? `Prices at Stripe never change: saving makes a new one for who buys from then on. Present subscribers go on paying ${money(saved, paidIn)} until they are moved.`
            : `Saving takes it off sale. Present subscribers go on paying ${money(saved, paidIn)}.`}
        </Text>
      )}
    </Stack>
  );
}
