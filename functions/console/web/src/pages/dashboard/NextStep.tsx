import { Alert, Button, Group, Text } from "@mantine/core";
import { IconConfetti, IconPlugConnected, IconShoppingCart } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { Schemas } from "../../api/client";
import { useScope } from "../../app/scope";
import { firstPayment, useFirstPayment } from "../../ui/useFirstPayment";

/** Says what comes next while there is little to see: connecting Stripe, the first purchase, and that it arrived. */
export function NextStep({ projects }: { projects: Schemas["PaymentProject"][] }) {
  const { mode, project, link } = useScope();
  const { known, bought, first } = useFirstPayment(mode, project);
  const shown = projects.filter((p) => project === undefined || p.id === project);
  const connected = shown.find((p) => (mode === "test" ? p.has_test_credentials : p.has_live_credentials));
  const settings = (of: string) => link("/payments/settings", { project: of });
  if (!known) {
    return null;
  }
  if (shown[0] && !connected && !bought) {
    return (
      <Step
        icon={<IconPlugConnected aria-hidden="true" />}
        title={`Stripe is not connected in ${mode} mode`}
        action="Connect Stripe"
        to={settings(shown[0].id)}
      >
        Save the {mode} keys of a Stripe account, and a checklist leads to the first purchase.
      </Step>
    );
  }
  if (connected && !bought) {
    return (
      <Step
        icon={<IconShoppingCart aria-hidden="true" />}
        title="Nothing is sold yet"
        action="Open the checklist"
        to={settings(connected.id)}
      >
        Stripe is connected in {mode} mode. The first purchase shows here by itself.
      </Step>
    );
  }
  if (first) {
    return (
      <Step
        icon={<IconConfetti aria-hidden="true" />}
        title={firstPayment(mode)}
        action="See the transaction"
        to={link("/payments/transactions")}
        color="green"
      >
        {mode === "test"
          ? "The way from your app over Stripe to here works. When you are ready, do the same in live mode."
          : "The way from your app over Stripe to here works, with real money."}
      </Step>
    );
  }
  return null;
}

function Step({
  icon,
  title,
  action,
  to,
  color,
  children,
}: {
  icon: ReactNode;
  title: string;
  action: string;
  to: string;
  color?: string;
  children: ReactNode;
}) {
  return (
    <Alert variant="light" icon={icon} title={title} color={color} role="status">
      <Group justify="space-between">
        <Text size="sm">{children}</Text>
        <Button component={Link} to={to} size="xs">
          {action}
        </Button>
      </Group>
    </Alert>
  );
}
