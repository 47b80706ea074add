import { Button, Code, Group, Modal, Stack, Text } from "@mantine/core";
import { useState } from "react";
import { words } from "../../ui/format";
import type { Mode, Status } from "./gateways";
import { Refused } from "./Refused";
import { useConnect, useDisconnect } from "./useSwitch";

/** The tenant's own Stripe account of a mode: which it is, and connecting or disconnecting it. */
export function ConnectedAccount({ mode, status }: { mode: Mode; status: Status }) {
  const [leaving, setLeaving] = useState(false);
  const connect = useConnect();
  const disconnect = useDisconnect(() => setLeaving(false));
  const account = status.connectedAccounts[mode];
  const offered = status.gateways?.some((offer) => offer.gateway === "stripe_connect" && offer[mode]);
  const close = () => {
    disconnect.reset();
    setLeaving(false);
  };
  if (!account && !offered) {
    return (
      <Text span size="sm">
        {words(mode)} mode is not offered by this deployment
      </Text>
    );
  }
  return (
    <Stack gap="xs">
      <Group justify="space-between" gap="xs">
        {account ? <Code>{account}</Code> : <Text size="sm">Not connected</Text>}
        {account ? (
          <Button size="xs" variant="default" onClick={() => setLeaving(true)}>
            Disconnect<span className="visually-hidden"> the {mode} account</span>
          </Button>
        ) : (
          <Button size="xs" loading={connect.isPending} onClick={() => connect.mutate(mode)}>
            Connect<span className="visually-hidden"> a {mode} account</span>
          </Button>
        )}
      </Group>
      {connect.error && <Refused title="Connecting did not begin" error={connect.error} modes={[mode]} />}
      <Modal opened={leaving} onClose={close} title="Disconnect the Stripe account?" centered>
        <Stack>
          {disconnect.error && (
            <Refused title="The account stays connected" error={disconnect.error} modes={[mode]} />
          )}
          <Text size="sm">
            This deployment can no longer act for <Code>{account}</Code>. Projects without keys of their own
            sell nothing in {mode} mode until an account is connected again. The account itself, and its
            money, stay as they are.
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={close} data-autofocus>
              Keep it connected
            </Button>
            <Button color="red" onClick={() => disconnect.mutate(mode)} loading={disconnect.isPending}>
              Disconnect
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Stack>
  );
}
