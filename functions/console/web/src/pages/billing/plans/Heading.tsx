import { Group, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** The heading of a part that is no box of its own. */
export function Heading({ title, about, children }: { title: string; about: string; children?: ReactNode }) {
  return (
    <Group justify="space-between" align="flex-end">
      <div>
        <Title order={2} size="h4">
          {title}
        </Title>
        <Text size="sm" c="dimmed">
          {about}
        </Text>
      </div>
      {children}
    </Group>
  );
}
