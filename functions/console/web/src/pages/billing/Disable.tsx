import { Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQueryClient } from "@tanstack/react-query";
import { keys } from "../../api/queries";
import { Section } from "../../ui/Section";
import { Refused } from "./Refused";
import { Running } from "./Running";
import { useDisable } from "./useSwitch";

const both = ["test", "live"] as const;

/** Switches billing off, after saying what that means. */
export function Disable() {
  const [opened, { open, close }] = useDisclosure();
  const disable = useDisable(close);
  const queries = useQueryClient();
  const ask = () => {
    void queries.invalidateQueries({ queryKey: keys.stats }); // what runs right now, not a while ago
    open();
  };
  const leave = () => {
    disable.reset();
    close();
  };
  return (
    <Section
      title="Disable billing"
      about="For all of your projects, in test and in live mode. It can be enabled again at any time."
      aside={
        <Button color="red" variant="outline" onClick={ask}>
          Disable billing
        </Button>
      }
    >
      <Modal opened={opened} onClose={leave} title="Disable billing?" centered>
        <Stack>
          {disable.error ? (
            <Refused title="Billing stays on" error={disable.error} modes={both} />
          ) : (
            <div>
              <Text fw={600} size="sm">
                Subscriptions that have not ended
              </Text>
              <Running modes={both} />
              <Text size="sm" c="dimmed" mt={4}>
                As long as there are any, billing cannot be disabled.
              </Text>
            </div>
          )}
          <div>
            <Text fw={600} size="sm">
              What stops
            </Text>
            <List size="sm">
              <List.Item>
                Nobody can buy anything, in any of your projects, those with own keys included.
              </List.Item>
              <List.Item>Checkout pages that are open now expire.</List.Item>
              <List.Item>The public catalog of plans is empty.</List.Item>
            </List>
          </div>
          <div>
            <Text fw={600} size="sm">
              What stays
            </Text>
            <List size="sm">
              <List.Item>Plans, grants and all that was recorded until now.</List.Item>
              <List.Item>The connected Stripe accounts and the saved keys.</List.Item>
            </List>
          </div>
          <Group justify="flex-end">
            <Button variant="default" onClick={leave} data-autofocus>
              Keep billing on
            </Button>
            <Button color="red" onClick={() => disable.mutate()} loading={disable.isPending}>
              Disable billing
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Section>
  );
}
