import { Badge } from "@mantine/core";
import { count as counted, words } from "./format";

const colors: Record<string, string> = {
  active: "green",
  trialing: "blue",
  past_due: "orange",
  unpaid: "red",
  incomplete: "yellow",
  paused: "gray",
  succeeded: "green",
  pending: "yellow",
  failed: "red",
  refunded: "grape",
  partially_refunded: "grape",
  applied: "green",
  stale: "gray",
  reserved: "yellow",
  sent: "blue",
  paid: "green",
  reversed: "grape",
  ignored: "gray",
  quarantined: "orange",
};

/** A status of Stripe's, or an event's outcome; one that is not known is shown as it is. */
export function Status({ of, count }: { of: string; count?: number }) {
  return (
    <Badge variant="dot" color={colors[of] ?? "gray"} tt="none" fw={500} radius="sm" miw="max-content">
      {words(of)}
      {count !== undefined && ` ${counted(count)}`}
    </Badge>
  );
}
