import { Drawer, Stack, Title } from "@mantine/core";
import type { Schemas } from "../../api/client";
import { Details } from "../../ui/Details";
import { Status } from "../../ui/Status";
import { StripeLink } from "../../ui/StripeLink";
import { useKept } from "../../ui/useKept";
import { When } from "../../ui/When";
import { planOf } from "./columns";
import { perMonth, priceOf } from "./price";
import { Story } from "./Story";

type Row = Schemas["AggregatedSubscription"];

/** A subscription in detail, and what has become of it since it was bought. */
export function SubscriptionDrawer({ row, onClose }: { row: Row | undefined; onClose: () => void }) {
  const shown = useKept(row);
  return (
    <Drawer
      opened={row !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={shown && `${planOf(shown)} subscription`}
    >
      {shown && (
        <Stack gap="lg">
          <Details of={details(shown)} />
          <Title order={3} size="h5">
            Timeline
          </Title>
          <Story project={shown.project_id} subscription={shown.subscription_id} test={shown.is_test_mode} />
        </Stack>
      )}
    </Drawer>
  );
}

function details(row: Row): [string, React.ReactNode][] {
  const test = row.is_test_mode;
  return [
    ["Status", <Status key="status" of={row.status} />],
    ["Customer", row.customer_email],
    ["User", row.user_id],
    ["Plan", planOf(row)],
    ["Quantity", row.quantity],
    ["Price", priceOf(row)],
    ["In a month", row.interval !== "month" && row.interval && perMonth(row)],
    ["Period began", row.current_period_start && <When at={row.current_period_start} full />],
    ["Period ends", row.current_period_end && <When at={row.current_period_end} full />],
    ["Will end", row.cancel_at && <When at={row.cancel_at} full />],
    ["Canceled", row.cancelled_at && <When at={row.cancelled_at} full />],
    ["Created", <When key="created" at={row.created_at} full />],
    ["Project", row.project_name],
    ["Duplicate of", row.duplicate_of && <StripeLink id={row.duplicate_of} test={test} />],
    ["Subscription", <StripeLink key="id" id={row.subscription_id} test={test} />],
    ["Stripe customer", row.customer_id && <StripeLink id={row.customer_id} test={test} />],
    ["Stripe price", row.price_id && <StripeLink id={row.price_id} test={test} />],
  ];
}
