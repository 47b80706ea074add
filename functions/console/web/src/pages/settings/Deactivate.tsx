import { Alert, Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../api/errors";
import { keys } from "../../api/queries";
import { useApi } from "../../app/services";
import { Section } from "../../ui/Section";

/** Stops payments of the project, after saying what that means. */
export function Deactivate({ project }: { project: string }) {
  const [opened, { open, close }] = useDisclosure();
  const api = useApi();
  const queries = useQueryClient();
  const deactivate = useMutation({
    mutationFn: () =>
      api.DELETE("/api/v1/payments/stripe/projects/{project_id}/config", {
        params: { path: { project_id: project } },
      }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.config(project) });
      void queries.invalidateQueries({ queryKey: keys.projects });
      close();
    },
  });
  const leave = () => {
    deactivate.reset();
    close();
  };
  return (
    <Section
      title="Deactivate payments"
      about="For this project, in test and in live mode. Saving credentials again takes it back."
      aside={
        <Button color="red" variant="outline" onClick={open}>
          Deactivate
        </Button>
      }
    >
      <Modal opened={opened} onClose={leave} title="Deactivate payments?" centered>
        <Stack>
          {deactivate.error && (
            <Alert color="red" role="alert" title="Payments are not deactivated">
              {messageOf(deactivate.error)}
            </Alert>
          )}
          <div>
            <Text fw={600} size="sm">
              What stops
            </Text>
            <List size="sm">
              <List.Item>Nobody can buy, cancel or change anything through this project.</List.Item>
              <List.Item>Stripe's webhooks are refused, in both modes.</List.Item>
            </List>
          </div>
          <div>
            <Text fw={600} size="sm">
              What stays
            </Text>
            <List size="sm">
              <List.Item>Subscriptions at Stripe go on, and Stripe goes on charging for them.</List.Item>
              <List.Item>All that was recorded until now.</List.Item>
              <List.Item>The saved credentials, unused.</List.Item>
            </List>
          </div>
          <Group justify="flex-end">
            <Button variant="default" onClick={leave} data-autofocus>
              Keep payments
            </Button>
            <Button color="red" onClick={() => deactivate.mutate()} loading={deactivate.isPending}>
              Deactivate payments
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Section>
  );
}
