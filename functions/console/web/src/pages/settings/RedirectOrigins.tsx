import { Alert, Button, Group, Skeleton, Stack, TagsInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { data } from "../../api/client";
import { messageOf } from "../../api/errors";
import { keys, useProject } from "../../api/queries";
import { useApi } from "../../app/services";
import { Failure } from "../../ui/Failure";
import { Section } from "../../ui/Section";

const about =
  "Where Stripe's pages may send buyers back to. Without any, the deployment's own rule holds: https anywhere and http on localhost, unless it names origins.";

/** The origins of a project's success, cancel and return URLs. */
export function RedirectOrigins({ project }: { project: string }) {
  const read = useProject(project);
  return (
    <Section title="Redirect origins" about={about}>
      {read.error && !read.data && (
        <Failure what="The project could not be read" error={read.error} retry={() => void read.refetch()} />
      )}
      {read.isPending && <Skeleton height={92} />}
      {read.data && (
        <Origins
          key={read.data.redirect_origins.join()}
          project={project}
          saved={read.data.redirect_origins}
        />
      )}
    </Section>
  );
}

function Origins({ project, saved }: { project: string; saved: string[] }) {
  const api = useApi();
  const queries = useQueryClient();
  const [origins, setOrigins] = useState(saved);
  const save = useMutation({
    mutationFn: () =>
      data(
        api.PUT("/api/v1/projects/{project_id}", {
          params: { path: { project_id: project } },
          body: { redirect_origins: origins },
        }),
      ),
    onSuccess: (changed) => {
      queries.setQueryData([...keys.projects, project], changed);
      notifications.show({ message: "The redirect origins are saved.", color: "green" });
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack>
        {save.error && (
          <Alert color="red" role="alert" title="The origins were not saved">
            {messageOf(save.error)}
          </Alert>
        )}
        <TagsInput
          label="Origins"
          description="Exact ones, and subdomains as https://*.example.com. Enter adds one."
          placeholder="https://app.example.com"
          value={origins}
          onChange={setOrigins}
          maxTags={50}
          acceptValueOnBlur
        />
        <Group>
          <Button
            type="submit"
            variant="default"
            loading={save.isPending}
            disabled={origins.join() === saved.join()}
          >
            Save the origins
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
