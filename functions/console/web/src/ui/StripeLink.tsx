import { Anchor, Code, Group } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";
import { useServices } from "../app/services";
import { stripeObject } from "./stripe";

/** An id of Stripe's, with the way to its page in Stripe's dashboard. */
export function StripeLink({ id, test }: { id: string; test: boolean }) {
  const { config } = useServices();
  const page = stripeObject(config.stripe_dashboard, id, test);
  if (!page) {
    return <Code>{id}</Code>;
  }
  return (
    <Anchor href={page} target="_blank" rel="noreferrer" size="sm">
      <Group gap={4} component="span" wrap="nowrap" display="inline-flex">
        <Code>{id}</Code>
        <IconExternalLink size={14} aria-label="in Stripe's dashboard, opens a new tab" />
      </Group>
    </Anchor>
  );
}
