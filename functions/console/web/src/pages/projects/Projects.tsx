import { Anchor, Badge, Button, Card, Group, SimpleGrid, Skeleton, Stack, Text, Title } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconFolderPlus, IconPlus } from "@tabler/icons-react";
import { Link } from "react-router";
import type { Schemas } from "../../api/client";
import { usePaymentProjects } from "../../api/queries";
import { useScope } from "../../app/scope";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Page } from "../../ui/Page";
import { When } from "../../ui/When";
import { CreateProject } from "./CreateProject";

export default function Projects() {
  const projects = usePaymentProjects();
  const [creating, { open, close }] = useDisclosure();
  const create = (
    <Button leftSection={<IconPlus size={16} />} onClick={open}>
      Create a project
    </Button>
  );
  return (
    <Page
      title="Projects"
      about="Each plugs in a Stripe account of its own."
      actions={projects.data?.total ? create : undefined}
    >
      {projects.error && !projects.data && (
        <Failure
          what="The projects could not be read"
          error={projects.error}
          retry={() => void projects.refetch()}
        />
      )}
      {projects.data?.total === 0 ? (
        <Empty icon={<IconFolderPlus size={26} />} title="No projects yet" action={create}>
          A project is an app that sells something: its Stripe credentials, its customers and what they
          bought.
        </Empty>
      ) : (
        <SimpleGrid cols={{ base: 1, sm: 2, lg: 3 }} aria-busy={projects.isPending}>
          {projects.isPending &&
            ["a", "b", "c"].map((name) => <Skeleton key={name} height={168} radius="md" />)}
          {projects.data?.projects.map((project) => (
            <ProjectCard key={project.id} project={project} />
          ))}
        </SimpleGrid>
      )}
      <CreateProject opened={creating} onClose={close} />
    </Page>
  );
}

function ProjectCard({ project }: { project: Schemas["PaymentProject"] }) {
  const { link } = useScope();
  const to = (path: string) => link(path, { project: project.id });
  return (
    <Card withBorder component="section" aria-label={project.name}>
      <Stack gap="xs" h="100%">
        <Title order={2} size="h4" lineClamp={1}>
          {project.name}
        </Title>
        <Text size="sm" c="dimmed" lineClamp={2}>
          {project.description ?? "No description"}
        </Text>
        <Group gap="xs">
          <Connection mode="Test" connected={project.has_test_credentials} />
          <Connection mode="Live" connected={project.has_live_credentials} />
        </Group>
        <Group justify="space-between" mt="auto" pt="xs">
          <Text size="xs" c="dimmed">
            Created <When at={project.created_at} />
          </Text>
          <Group gap="md">
            <Anchor component={Link} to={to("/")} size="sm">
              Dashboard<span className="visually-hidden"> of {project.name}</span>
            </Anchor>
            <Anchor component={Link} to={to("/payments/settings")} size="sm">
              Settings<span className="visually-hidden"> of {project.name}</span>
            </Anchor>
          </Group>
        </Group>
      </Stack>
    </Card>
  );
}

function Connection({ mode, connected }: { mode: string; connected: boolean }) {
  return (
    <Badge variant="dot" color={connected ? "green" : "gray"} tt="none" fw={500} radius="sm">
      {mode} {connected ? "connected" : "not connected"}
    </Badge>
  );
}
