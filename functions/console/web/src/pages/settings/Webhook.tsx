import { Code, List, Skeleton, Text } from "@mantine/core";
import { useWebhookURLs } from "../../api/queries";
import type { Mode } from "../../app/scope";
import { CopyField } from "../../ui/CopyField";
import { DashboardLink } from "../../ui/DashboardLink";
import { Failure } from "../../ui/Failure";
import { Section } from "../../ui/Section";

/** The events that an endpoint at Stripe needs; the README lists the same. */
const events = [
  "checkout.session.completed",
  "checkout.session.async_payment_succeeded",
  "checkout.session.async_payment_failed",
  "customer.subscription.created",
  "customer.subscription.updated",
  "customer.subscription.deleted",
  "customer.updated",
  "customer.deleted",
  "invoice.paid",
  "invoice.payment_failed",
  "invoice.voided",
  "payment_intent.succeeded",
  "payment_intent.payment_failed",
  "charge.refunded",
  "charge.dispute.created",
  "charge.dispute.updated",
  "charge.dispute.closed",
  "refund.failed",
];

/** What to enter at Stripe. */
export function Webhook({ project, mode }: { project: string; mode: Mode }) {
  const urls = useWebhookURLs(project);
  return (
    <Section
      title="Webhook endpoint"
      about={
        <>
          Register this URL in Stripe's dashboard, under{" "}
          <DashboardLink page="webhooks" test={mode === "test"}>
            Webhooks
          </DashboardLink>
          , and save the signing secret that Stripe shows then.
        </>
      }
    >
      {urls.error && (
        <Failure what="The URL could not be read" error={urls.error} retry={() => void urls.refetch()} />
      )}
      {urls.isPending && <Skeleton height={60} />}
      {urls.data && (
        <CopyField
          label="Webhook URL"
          value={mode === "test" ? urls.data.test_webhook_url : urls.data.live_webhook_url}
        />
      )}
      <details>
        <summary>The {events.length} events to send there</summary>
        <List size="sm" mt="xs" spacing={4} styles={{ root: { columns: "2 260px" } }}>
          {events.map((event) => (
            <List.Item key={event}>
              <Code>{event}</Code>
            </List.Item>
          ))}
        </List>
        <Text size="sm" c="dimmed" mt="xs">
          Others do no harm: they are acknowledged and recorded as ignored.
        </Text>
      </details>
    </Section>
  );
}
