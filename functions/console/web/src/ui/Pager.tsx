import { Button, Group, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import { useState } from "react";
import { count } from "./format";

/** The way through a list by cursors: how one came here, and the place. */
export interface Pages {
  cursor: string | undefined;
  number: number;
  forth(cursor: string): void;
  back(): void;
}

/** Starts from the first page whenever the list is another one. */
export function usePages(list: string): Pages {
  const [way, setWay] = useState<{ list: string; cursors: string[] }>({ list, cursors: [] });
  const cursors = way.list === list ? way.cursors : [];
  return {
    cursor: cursors.at(-1),
    number: cursors.length + 1,
    forth: (cursor) => setWay({ list, cursors: [...cursors, cursor] }),
    back: () => setWay({ list, cursors: cursors.slice(0, -1) }),
  };
}

export function Pager({
  pages,
  next,
  total,
  noun,
}: {
  pages: Pages;
  next: string | null | undefined;
  total?: number;
  /** In the plural. */
  noun: string;
}) {
  return (
    <Group justify="space-between" component="nav" aria-label="Pages">
      <Text size="sm" c="dimmed" role="status">
        Page {count(pages.number)}
        {total !== undefined && ` · ${count(total)} ${total === 1 ? noun.replace(/s$/, "") : noun}`}
      </Text>
      <Group gap="xs">
        <Button
          variant="default"
          size="xs"
          leftSection={<IconChevronLeft size={14} />}
          disabled={pages.number === 1}
          onClick={pages.back}
        >
          Newer
        </Button>
        <Button
          variant="default"
          size="xs"
          rightSection={<IconChevronRight size={14} />}
          disabled={!next}
          onClick={() => next && pages.forth(next)}
        >
          Older
        </Button>
      </Group>
    </Group>
  );
}
