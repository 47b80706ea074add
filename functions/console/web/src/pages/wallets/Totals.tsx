import { Alert, Group, Paper, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck } from "@tabler/icons-react";
import type { Schemas } from "../../api/client";
import { currencyName, money } from "../../ui/format";

type LedgerTotals = Schemas["LedgerTotals"];

/** Whose the money in one currency is, and that it adds up. */
export function Totals({ of }: { of: LedgerTotals }) {
  const { currency } = of;
  const name = currencyName(currency);
  return (
    <Paper withBorder p="lg" component="section" aria-label={name}>
      <Stack gap="md">
        <Group justify="space-between" align="baseline">
          <Title order={2} size="h4">
            {name}
          </Title>
          <AtStripe of={of} />
        </Group>
        <SimpleGrid cols={{ base: 2, lg: 4 }} spacing={{ base: "sm", sm: "lg" }} verticalSpacing="md">
          <Figure
            name="Owed to users"
            minor={of.owed_to_users_cents}
            currency={currency}
            about={heldOf(of.held_cents, currency)}
          />
          <Figure
            name="Owed to creators"
            minor={of.owed_to_creators_cents}
            currency={currency}
            about="Earned, and not paid out"
          />
          <Figure
            name="In transit"
            minor={of.in_transit_cents}
            currency={currency}
            about="In payouts that are under way"
          />
          <Figure
            name="Fees earned"
            minor={of.fees_cents}
            currency={currency}
            about="Yours: fees, and what users spent"
          />
        </SimpleGrid>
        {of.difference_cents !== 0 && (
          <Alert
            color="red"
            role="alert"
            icon={<IconAlertTriangle aria-hidden="true" />}
            title="The books do not add up"
          >
            They differ by {money(of.difference_cents, currency)} from what is at Stripe. Postings are made
            whole or not at all, so somebody has changed the table by hand, or this is a fault of billhook's.
          </Alert>
        )}
      </Stack>
    </Paper>
  );
}

function heldOf(held: number | null, currency: string): string {
  if (held === null) {
    return "Too many holds are open to add them up";
  }
  return held > 0 ? `${money(held, currency)} of it held` : "Nothing of it held";
}

function AtStripe({ of }: { of: LedgerTotals }) {
  return (
    <Group gap={6} wrap="nowrap">
      {of.difference_cents === 0 && (
        <IconCircleCheck size={18} color="var(--mantine-color-green-7)" aria-hidden="true" />
      )}
      <Text size="sm" c="dimmed">
        {of.difference_cents === 0 ? "Adds up to " : "Should add up to "}
        <Text span inherit fw={600} c="var(--mantine-color-text)" className="tabular" data-figure="At Stripe">
          {money(of.at_stripe_cents, of.currency)}
        </Text>{" "}
        at Stripe
      </Text>
    </Group>
  );
}

function Figure({
  name,
  minor,
  currency,
  about,
}: {
  name: string;
  minor: number;
  currency: string;
  about: string;
}) {
  return (
    <div>
      <Text size="sm" c="dimmed" fw={500}>
        {name}
      </Text>
      <Text
        fz={{ base: 20, sm: 26 }}
        lh={1.3}
        fw={650}
        c={minor === 0 ? "dimmed" : undefined}
        className="tabular"
        data-figure={name}
      >
        {money(minor, currency)}
      </Text>
      <Text size="xs" c="dimmed">
        {about}
      </Text>
    </div>
  );
}

/** Holds the place of one currency. */
export function TotalsSkeleton() {
  return (
    <Paper withBorder p="lg" role="status" aria-label="Loading">
      <Skeleton height={28} width={160} mb="md" />
      <SimpleGrid cols={{ base: 2, lg: 4 }} spacing={{ base: "sm", sm: "lg" }} verticalSpacing="md">
        <Skeleton height={74} />
        <Skeleton height={74} />
        <Skeleton height={74} />
        <Skeleton height={74} />
      </SimpleGrid>
    </Paper>
  );
}
