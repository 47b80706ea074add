import { Text, Tooltip } from "@mantine/core";
import { date, time } from "./format";

/** A time: the day at a glance, all of it with its zone on demand. */
export function When({ at, full = false }: { at: string | null | undefined; full?: boolean }) {
  if (!at) {
    return (
      <Text span c="dimmed">
        –
      </Text>
    );
  }
  if (full) {
    return <time dateTime={at}>{time(at)}</time>;
  }
  return (
    <Tooltip label={time(at)}>
      <time dateTime={at} title={time(at)} className="tabular nowrap">
        {date(at)}
      </time>
    </Tooltip>
  );
}
