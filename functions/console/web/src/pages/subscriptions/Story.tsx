import { Code, Skeleton, Stack, Text, Timeline } from "@mantine/core";
import { IconCreditCard, IconRepeat } from "@tabler/icons-react";
import { useTimeline } from "../../api/queries";
import { Failure } from "../../ui/Failure";
import { When } from "../../ui/When";

/** What Stripe's events have changed, newest first. */
export function Story({
  project,
  subscription,
  test,
}: {
  project: string;
  subscription: string;
  test: boolean;
}) {
  const story = useTimeline(project, subscription, test);
  if (story.error && !story.data) {
    return (
      <Failure what="The timeline could not be read" error={story.error} retry={() => void story.refetch()} />
    );
  }
  if (!story.data) {
    return (
      <Stack role="status" aria-busy="true" aria-label="Loading">
        <Skeleton height={56} />
        <Skeleton height={56} />
        <Skeleton height={56} />
      </Stack>
    );
  }
  if (story.data.entries.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        The events that changed it are not kept any more.
      </Text>
    );
  }
  return (
    <Timeline
      bulletSize={26}
      lineWidth={2}
      component="ol"
      m={0}
      style={{ listStyle: "none", paddingInlineStart: 14 }}
    >
      {story.data.entries.map((entry) => (
        <Timeline.Item
          key={`${entry.event_id} ${entry.object}`}
          component="li"
          bullet={
            entry.kind === "payment" ? (
              <IconCreditCard size={14} aria-label="Payment" />
            ) : (
              <IconRepeat size={14} aria-label="Subscription" />
            )
          }
        >
          <Text size="sm" fw={500}>
            {entry.summary}
          </Text>
          <Text size="xs" c="dimmed" mt={2}>
            <When at={entry.at} full /> · <Code>{entry.event_type}</Code>
          </Text>
        </Timeline.Item>
      ))}
    </Timeline>
  );
}
