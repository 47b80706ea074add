import { Alert, Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { useNavigate } from "react-router";
import { data } from "../../api/client";
import { ApiError, messageOf } from "../../api/errors";
import { keys } from "../../api/queries";
import { scopeQuery, useScope } from "../../app/scope";
import { useApi } from "../../app/services";

export function CreateProject({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const api = useApi();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { mode } = useScope();
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const create = useMutation({
    mutationFn: () =>
      data(
        api.POST("/api/v1/projects/", {
          body: { name: name.trim(), description: description.trim() || null },
        }),
      ),
    onSuccess: async (project) => {
      await queries.invalidateQueries({ queryKey: keys.projects });
      onClose();
      await navigate(`/payments/settings${scopeQuery(mode, project.id)}`);
    },
  });
  const wrong = create.error instanceof ApiError ? create.error : undefined;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <Modal opened={opened} onClose={onClose} title="Create a project" centered>
      <form onSubmit={submit}>
        <Stack>
          {create.error && !wrong?.invalid.length && (
            <Alert color="red" role="alert" title="The project was not created">
              {messageOf(create.error)}
            </Alert>
          )}
          <TextInput
            label="Name"
            placeholder="My shop"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={wrong?.of("name")}
            maxLength={255}
            required
            data-autofocus
          />
          <Textarea
            label="Description"
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
            error={wrong?.of("description")}
            maxLength={1000}
            autosize
            minRows={2}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={create.isPending}>
              Create
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
