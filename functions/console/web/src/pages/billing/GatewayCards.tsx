import { Badge, Button, Group, Paper, SimpleGrid, Stack, Text, ThemeIcon, Title } from "@mantine/core";
import { IconBuildingStore, IconFlask, IconKey, IconPlugConnected } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import { useScope } from "../../app/scope";
import { Details } from "../../ui/Details";
import { facts, type Gateway, type Offer, offersOf, type Status } from "./gateways";
import { Refused } from "./Refused";
import { useConnect, useEnable } from "./useSwitch";

const icons: Record<Gateway | "own_keys", ReactNode> = {
  managed: <IconFlask size={20} />,
  stripe_connect: <IconPlugConnected size={20} />,
  stripe_platform: <IconBuildingStore size={20} />,
  own_keys: <IconKey size={20} />,
};

/** The ways to take money that this deployment offers, each with what it means. */
export function GatewayCards({ status, onDone }: { status: Status; onDone?: () => void }) {
  const { mode, link } = useScope();
  const enable = useEnable(onDone);
  const connect = useConnect();
  const busy = enable.isPending || connect.isPending;
  return (
    <Stack gap="md">
      {enable.error && (
        <Refused title="The gateway was not picked" error={enable.error} modes={["test", "live"]} />
      )}
      {connect.error && <Refused title="Connecting did not begin" error={connect.error} modes={[mode]} />}
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        {offersOf(status).map((offer) => (
          <Card
            key={offer.gateway}
            of={offer.gateway}
            offer={offer}
            current={status.billingEnabled && status.billingGateway === offer.gateway}
          >
            {offer.gateway === "stripe_connect" && !status.connectedAccounts[mode] ? (
              <Button
                variant="default"
                loading={connect.isPending}
                disabled={busy || !offer[mode]}
                onClick={() => connect.mutate(mode)}
              >
                Connect with Stripe in {mode} mode
              </Button>
            ) : (
              <Button
                variant={offer.gateway === "managed" ? "filled" : "default"}
                loading={enable.isPending && enable.variables === offer.gateway}
                disabled={busy}
                onClick={() => enable.mutate(offer.gateway)}
                aria-label={`${status.billingEnabled ? "Switch over" : "Enable billing"}: ${facts[offer.gateway].name}`}
              >
                {status.billingEnabled ? "Switch over" : "Enable billing"}
              </Button>
            )}
          </Card>
        ))}
        <Card of="own_keys" current={false}>
          <Button component={Link} to={link("/payments/settings")} variant="default">
            Enter the keys
          </Button>
        </Card>
      </SimpleGrid>
    </Stack>
  );
}

function Card({
  of,
  offer,
  current,
  children,
}: {
  of: Gateway | "own_keys";
  offer?: Offer;
  current: boolean;
  children: ReactNode;
}) {
  const { name, about, fee, merchant, need } = facts[of];
  return (
    <Paper withBorder p="lg" component="section" aria-label={name}>
      <Stack gap="sm" h="100%">
        <Group justify="space-between" wrap="nowrap">
          <Group gap="sm" wrap="nowrap">
            <ThemeIcon size={36} radius="md" variant="light" aria-hidden="true">
              {icons[of]}
            </ThemeIcon>
            <Title order={3} size="h5">
              {name}
            </Title>
          </Group>
          <Badge variant="light" color="gray" tt="none" radius="sm" flex="none">
            {modesOf(offer)}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed">
          {about}
        </Text>
        <Details
          of={[
            ["Fee", fee(offer?.feePercent ?? 0)],
            ["Sold by", merchant],
            ["You need", need],
          ]}
        />
        <Group mt="auto" pt="xs">
          {current ? (
            <Badge size="lg" variant="dot" color="green" tt="none" radius="sm" h={36}>
              In use
            </Badge>
          ) : (
            children
          )}
        </Group>
      </Stack>
    </Paper>
  );
}

function modesOf(offer: Offer | undefined): string {
  if (!offer || (offer.test && offer.live)) {
    return "Test and live";
  }
  return offer.live ? "Live only" : offer.test ? "Test only" : "Not offered any more";
}
