import { Alert, Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import type { Schemas } from "../../api/client";
import { messageOf } from "../../api/errors";
import { keys } from "../../api/queries";
import { useApi } from "../../app/services";
import { useKept } from "../../ui/useKept";

export function RevokeKey({
  project,
  revoking,
  onClose,
}: {
  project: string;
  revoking: Schemas["Key"] | undefined;
  onClose: () => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const revoke = useMutation({
    mutationFn: (key: string) =>
      api.DELETE("/api/v1/projects/{project_id}/api-keys/{key_id}", {
        params: { path: { project_id: project, key_id: key } },
      }),
    onSuccess: () => {
      void queries.invalidateQueries({ queryKey: keys.projectKeys(project) });
      onClose();
    },
  });
  const shown = useKept(revoking);
  const leave = () => {
    revoke.reset();
    onClose();
  };
  return (
    <Modal opened={revoking !== undefined} onClose={leave} title="Revoke the key pair?" centered>
      <Stack>
        {revoke.error && (
          <Alert color="red" role="alert" title="The key is not revoked">
            {messageOf(revoke.error)}
          </Alert>
        )}
        <Text size="sm">
          Whoever uses {shown?.name ?? shown?.key_prefix} is refused from now on. This cannot be taken back.
        </Text>
        <Group justify="flex-end">
          <Button variant="default" onClick={leave} data-autofocus>
            Keep it
          </Button>
          <Button
            color="red"
            loading={revoke.isPending}
            onClick={() => revoking && revoke.mutate(revoking.id)}
          >
            Revoke
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
