import {
  Alert,
  NumberInput,
  Select,
  SimpleGrid,
  Stack,
  Switch,
  Text,
  Textarea,
  TextInput,
} from "@mantine/core";
import { useMemo } from "react";
import { Section } from "../../../ui/Section";
import { type Draft, keyOf, type Plan, priceChange } from "./draft";
import { FeatureFields } from "./FeatureFields";
import { currencies, separators } from "./numbers";
import { PriceField } from "./PriceField";

/** The fields of a plan; `errorOf` says what the API has against one of them. */
export function PlanForm({
  draft,
  change,
  plan,
  errorOf,
}: {
  draft: Draft;
  change: (next: Partial<Draft>) => void;
  /** As it is saved; none while it is new. */
  plan: Plan | undefined;
  errorOf: (field: string, item?: number) => string | undefined;
}) {
  const fields = { draft, change, plan, errorOf };
  return (
    <Stack gap="lg">
      <Identity {...fields} />
      <Price {...fields} />
      <Section title="Features" about="What whoever has the plan may do.">
        {errorOf("features") && draft.features.length > 100 && (
          <Alert color="red">{errorOf("features")}</Alert>
        )}
        <FeatureFields
          features={draft.features}
          change={(features) => change({ features })}
          errorOf={(item) => errorOf("features", item)}
        />
      </Section>
      <Place {...fields} />
    </Stack>
  );
}

type Fields = Parameters<typeof PlanForm>[0];

function Identity({ draft, change, plan, errorOf }: Fields) {
  const rename = (name: string) => {
    const follows = !plan && draft.key === keyOf(draft.name, "-");
    change(follows ? { name, key: keyOf(name, "-") } : { name });
  };
  return (
    <Section title="The plan">
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <TextInput
          label="Name"
          placeholder="Gold"
          value={draft.name}
          onChange={(event) => rename(event.currentTarget.value)}
          error={errorOf("name")}
          maxLength={255}
          required
        />
        <TextInput
          label="Key"
          placeholder="gold"
          description={plan ? "Never changes." : "What your app calls it. It never changes later."}
          inputWrapperOrder={["label", "input", "description", "error"]}
          value={draft.key}
          onChange={(event) => change({ key: event.currentTarget.value })}
          error={errorOf("key")}
          maxLength={64}
          required={!plan}
          readOnly={plan !== undefined}
          spellCheck={false}
          styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
        />
      </SimpleGrid>
      <Textarea
        label="Description"
        placeholder="For teams that grow"
        value={draft.description}
        onChange={(event) => change({ description: event.currentTarget.value })}
        error={errorOf("description")}
        maxLength={1000}
        autosize
        minRows={2}
      />
    </Section>
  );
}

function Price({ draft, change, plan, errorOf }: Fields) {
  const choices = useMemo(() => currencies(), []);
  const off = draft.archived;
  return (
    <Section
      title="Price"
      about="Without one, nobody can buy the plan: it is had by being the default, or by a grant."
    >
      {plan?.archived && (
        <Switch
          label="Sell this plan again"
          description="It is archived: nobody can buy it, and who has it keeps it."
          checked={!draft.archived}
          onChange={(event) => change({ archived: !event.currentTarget.checked })}
          error={errorOf("archived")}
        />
      )}
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        <Select
          label="Currency"
          data={choices}
          value={draft.currency}
          onChange={(currency) => currency && change({ currency })}
          error={errorOf("currency")}
          disabled={off}
          searchable
          allowDeselect={false}
          limit={200}
          nothingFoundMessage="No currency is called that"
        />
        <NumberInput
          label="Free trial"
          placeholder="None"
          value={draft.trialDays}
          onChange={(value) => change({ trialDays: value === "" ? "" : Number(value) })}
          error={errorOf("trialDays")}
          min={0}
          allowDecimal={false}
          hideControls
          {...separators()}
          rightSection={<Text size="xs">days</Text>}
          rightSectionWidth={56}
          rightSectionPointerEvents="none"
        />
        {(["month", "year"] as const).map((interval) => (
          <PriceField
            key={interval}
            interval={interval}
            price={draft[interval]}
            change={(price) => change({ [interval]: price })}
            currency={draft.currency}
            saved={(interval === "month" ? plan?.priceMonthlyCents : plan?.priceYearlyCents) ?? null}
            paidIn={plan?.currency ?? draft.currency}
            becomes={priceChange(draft, plan, interval)}
            error={
              interval === "month"
                ? (errorOf("priceMonthlyCents") ?? errorOf("stripePriceMonthlyId"))
                : (errorOf("priceYearlyCents") ?? errorOf("stripePriceYearlyId"))
            }
            disabled={off}
          />
        ))}
      </SimpleGrid>
    </Section>
  );
}

function Place({ draft, change, errorOf }: Fields) {
  return (
    <Section title="Who sees and has it">
      <Switch
        label="Public"
        description="In the catalog that your app shows to buyers. A hidden plan can still be bought by its key."
        checked={draft.visible}
        onChange={(event) => change({ visible: event.currentTarget.checked })}
        error={errorOf("visible")}
      />
      <Switch
        label="Default"
        description="Whoever has no other plan has this one. One plan at most is the default."
        checked={draft.isDefault}
        onChange={(event) => change({ isDefault: event.currentTarget.checked })}
        error={errorOf("isDefault")}
        disabled={draft.archived}
      />
      <NumberInput
        label="Order"
        description="Lower comes first. Plans of the same order are sorted by price."
        inputWrapperOrder={["label", "input", "description", "error"]}
        placeholder="0"
        value={draft.sortOrder}
        onChange={(value) => change({ sortOrder: value === "" ? "" : Number(value) })}
        error={errorOf("sortOrder")}
        allowDecimal={false}
        maw={280}
      />
    </Section>
  );
}
