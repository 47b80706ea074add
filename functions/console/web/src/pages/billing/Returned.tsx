import { Alert, Text } from "@mantine/core";
import { IconAlertCircle, IconCircleCheck } from "@tabler/icons-react";
import { useEffect, useRef } from "react";
import { useSearchParams } from "react-router";
import { useScope } from "../../app/scope";
import { endConnecting, outcomeOf } from "./connecting";
import type { Status } from "./gateways";
import { Refused } from "./Refused";
import { useEnable } from "./useSwitch";

const colors = { connected: "green", denied: "gray", failed: "red" };

/** Says what came of connecting, when Stripe's page sends the browser back, and finishes it. */
export function Returned({ status }: { status: Status }) {
  const { mode } = useScope();
  const [params, setParams] = useSearchParams();
  const { mutate, error, isPending } = useEnable();
  const outcome = outcomeOf(params);
  const connected = outcome?.came === "connected";
  const inUse = status.billingEnabled && status.billingGateway === "stripe_connect";
  const arrived = useRef(false);
  useEffect(() => {
    if (outcome && !arrived.current) {
      arrived.current = true;
      if (endConnecting(window.sessionStorage) && connected && !inUse) {
        mutate("stripe_connect");
      }
    }
  }, [outcome, connected, inUse, mutate]);
  const account = status.connectedAccounts[mode];
  if (!outcome || (connected && !account)) {
    return null;
  }
  if (error) {
    return (
      <Refused title="The account is connected, and not yet in use" error={error} modes={["test", "live"]} />
    );
  }
  const dismiss = () =>
    setParams(
      (before) => {
        const next = new URLSearchParams(before);
        next.delete("connect");
        next.delete("error");
        return next;
      },
      { replace: true },
    );
  return (
    <Alert
      color={colors[outcome.came]}
      variant="light"
      role={outcome.came === "failed" ? "alert" : "status"}
      icon={connected ? <IconCircleCheck aria-hidden="true" /> : <IconAlertCircle aria-hidden="true" />}
      title={outcome.title}
      withCloseButton
      closeButtonLabel="Dismiss"
      onClose={dismiss}
    >
      <Text size="sm">{connected ? used(account ?? "", mode, inUse, isPending) : outcome.text}</Text>
    </Alert>
  );
}

/** Only what is so: an address that says "connected" can be anybody's. */
function used(account: string, mode: string, inUse: boolean, pending: boolean): string {
  if (inUse) {
    return `${account} is used in ${mode} mode from now on.`;
  }
  return pending
    ? "It is being taken into use."
    : "It is not in use: billing has another gateway, or is off.";
}
