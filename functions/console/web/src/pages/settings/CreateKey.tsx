import { Alert, Button, Group, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { data } from "../../api/client";
import { messageOf } from "../../api/errors";
import { keys } from "../../api/queries";
import { useApi } from "../../app/services";
import { CopyField } from "../../ui/CopyField";

/** Creates a key pair and shows it, this one time. */
export function CreateKey({
  project,
  opened,
  onClose,
}: {
  project: string;
  opened: boolean;
  onClose: () => void;
}) {
  const api = useApi();
  const queries = useQueryClient();
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/projects/{project_id}/api-keys", {
          params: { path: { project_id: project } },
          body: { name: name.trim() || null },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: keys.projectKeys(project) }),
    gcTime: 0, // the keys are gone with the window
  });
  const leave = () => {
    create.reset();
    setName("");
    onClose();
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Modal opened={opened} onClose={leave} title="Create a key pair" centered>
      {create.data ? (
        <Stack>
          <Alert color="yellow" title="Copy both now">
            They are not shown again.
          </Alert>
          <CopyField label="Key" value={create.data.key} description="May be in an app." />
          {create.data.secret_key && (
            <CopyField label="Secret key" value={create.data.secret_key} description="For servers only." />
          )}
          <Button onClick={leave}>I have copied them</Button>
        </Stack>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            {create.error && (
              <Alert color="red" role="alert" title="No key was created">
                {messageOf(create.error)}
              </Alert>
            )}
            <TextInput
              label="Name"
              placeholder="Web server"
              value={name}
              onChange={(event) => setName(event.currentTarget.value)}
              maxLength={255}
              data-autofocus
            />
            <Text size="sm" c="dimmed">
              The name is for you, to know later where the key is in use.
            </Text>
            <Group justify="flex-end">
              <Button variant="default" onClick={leave}>
                Cancel
              </Button>
              <Button type="submit" loading={create.isPending}>
                Create
              </Button>
            </Group>
          </Stack>
        </form>
      )}
    </Modal>
  );
}
