import { Button, Group } from "@mantine/core";
import { IconFolder } from "@tabler/icons-react";
import { Link } from "react-router";
import { usePaymentProjects } from "../api/queries";
import { useScope } from "../app/scope";
import { Empty } from "./Empty";
import { Failure } from "./Failure";

/** For pages that show one project: which? */
export function ChooseProject({ what }: { what: string }) {
  const { setProject, link } = useScope();
  const projects = usePaymentProjects();
  if (projects.error && !projects.data) {
    return (
      <Failure
        what="The projects could not be read"
        error={projects.error}
        retry={() => void projects.refetch()}
      />
    );
  }
  const some = projects.data?.projects.slice(0, 6) ?? [];
  return (
    <Empty
      icon={<IconFolder size={26} />}
      title={some.length > 0 || !projects.data ? "Which project?" : "Create a project first"}
      action={
        <Group justify="center" mt="sm">
          {some.map((p) => (
            <Button key={p.id} variant="default" onClick={() => setProject(p.id)}>
              {p.name}
            </Button>
          ))}
          {projects.data?.total === 0 && (
            <Button component={Link} to={link("/projects")}>
              Create a project
            </Button>
          )}
        </Group>
      }
    >
      {what} {(projects.data?.total ?? 0) > some.length && "All of them are in the picker above."}
    </Empty>
  );
}
