import { Alert, Button, Group, List, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { messageOf } from "../../../api/errors";
import { keys } from "../../../api/queries";
import { useScope } from "../../../app/scope";
import { useApi } from "../../../app/services";
import type { Plan } from "./draft";

/** Takes a plan off sale, after saying what that means. */
export function ArchivePlan({
  project,
  plan,
  opened,
  onClose,
  onDone,
}: {
  project: string;
  plan: Plan;
  opened: boolean;
  onClose: () => void;
  onDone: () => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const { testMode } = useScope();
  const archive = useMutation({
    mutationFn: () =>
      api.DELETE("/v1/dashboard/apps/{appId}/billing/plans/{planId}", {
        params: { path: { appId: project, planId: plan.id }, query: { test_mode: testMode } },
      }),
    onSuccess: () => {
      onClose();
      onDone();
    },
    onSettled: () => queries.invalidateQueries({ queryKey: keys.plans(project, testMode) }),
  });
  const leave = () => {
    archive.reset();
    onClose();
  };
  return (
    <Modal opened={opened} onClose={leave} title={`Archive ${plan.name}?`} centered>
      <Stack>
        {archive.error && (
          <Alert color="red" role="alert" title="Archiving is not finished">
            {messageOf(archive.error)}
          </Alert>
        )}
        <List size="sm" spacing={4}>
          <List.Item>Nobody can buy it any more, and its prices are deactivated at Stripe.</List.Item>
          <List.Item>Whoever has it keeps it, and goes on paying for it.</List.Item>
          {plan.isDefault && (
            <List.Item>It is no longer the default: users without a plan have none.</List.Item>
          )}
          <List.Item>It can be sold again later. Its key stays taken.</List.Item>
        </List>
        <Text size="sm" c="dimmed">
          A plan that never had a price is removed instead, and its key is free again.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={leave} data-autofocus>
            Keep selling it
          </Button>
          <Button color="red" onClick={() => archive.mutate()} loading={archive.isPending}>
            Archive
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
