import { Anchor, Badge, Group, Paper, SimpleGrid, Stack, Text } from "@mantine/core";
import { Link } from "react-router";
import { scopeQuery } from "../../app/scope";
import { words } from "../../ui/format";
import { facts, type Mode, obstacleOf, type Status } from "./gateways";
import { Heading } from "./plans/Heading";

/** Whether the project that is shown sells, in each mode. */
export function ProjectState({ status, name }: { status: Status; name: string }) {
  const { project } = status;
  if (!project) {
    return null;
  }
  return (
    <Stack gap="md" component="section" aria-label="This project">
      <Heading title={name} about="Whether buyers can buy from this project now." />
      <SimpleGrid cols={{ base: 1, sm: 2 }}>
        {(["test", "live"] as const).map((mode) => (
          <ModeState key={mode} mode={mode} status={status} project={project.id} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function ModeState({ mode, status, project }: { mode: Mode; status: Status; project: string }) {
  const state = status.project?.[mode];
  const obstacle = state?.enabled ? undefined : obstacleOf(status, mode);
  return (
    <Paper withBorder p="md">
      <Stack gap="xs">
        <Group justify="space-between">
          <Text fw={600} size="sm">
            {words(mode)} mode
          </Text>
          <Badge variant="dot" color={state?.enabled ? "green" : "gray"} tt="none" fw={500} radius="sm">
            {state?.enabled ? "Sells" : "Sells nothing"}
          </Badge>
        </Group>
        <Text size="sm" c="dimmed">
          {state?.gateway ? `Through: ${facts[state.gateway].name}` : obstacle?.why}
        </Text>
        {obstacle?.todo === "keys" && (
          <Anchor component={Link} to={`/payments/settings${scopeQuery(mode, project)}`} size="sm">
            Save {mode} keys
          </Anchor>
        )}
      </Stack>
    </Paper>
  );
}
