import { Button, Collapse } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { Details } from "../../ui/Details";
import { Section } from "../../ui/Section";
import { When } from "../../ui/When";
import { ConnectedAccount } from "./ConnectedAccount";
import { GatewayCards } from "./GatewayCards";
import { facts, offersOf, type Status } from "./gateways";

/** Which gateway takes the money, and the way to another. */
export function SwitchedOn({ status }: { status: Status }) {
  const [opened, { toggle, close }] = useDisclosure();
  const gateway = status.billingGateway ?? "managed";
  const { name, inUse, fee, merchant } = facts[gateway];
  const percent = offersOf(status).find((offer) => offer.gateway === gateway)?.feePercent ?? 0;
  const connects = gateway === "stripe_connect";
  return (
    <Section
      title={name}
      about={inUse}
      aside={
        <Button variant="default" onClick={toggle} aria-expanded={opened}>
          {opened ? "Keep this gateway" : "Change the gateway"}
        </Button>
      }
    >
      <Details
        of={[
          ["Billing first enabled", <When key="since" at={status.billingEnabledAt} full />],
          ["Fee", fee(percent)],
          ["Sold by", merchant],
          ["Test account", connects && <ConnectedAccount mode="test" status={status} />],
          ["Live account", connects && <ConnectedAccount mode="live" status={status} />],
        ]}
      />
      <Collapse expanded={opened}>{opened && <GatewayCards status={status} onDone={close} />}</Collapse>
    </Section>
  );
}
