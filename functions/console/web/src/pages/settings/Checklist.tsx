import { Stack, Text, Timeline } from "@mantine/core";
import { IconCheck, IconCircle } from "@tabler/icons-react";
import type { Schemas } from "../../api/client";
import { useEvents } from "../../api/queries";
import type { Mode } from "../../app/scope";
import { Section } from "../../ui/Section";
import { useFirstPayment } from "../../ui/useFirstPayment";
import { stepsOf } from "./steps";
import { Ways } from "./Ways";

/** What to do next. It notices what happens elsewhere, at Stripe and in the app. */
export function Checklist({
  project,
  mode,
  config,
}: {
  project: string;
  mode: Mode;
  config: Schemas["StripeConfig"] | null;
}) {
  const { bought } = useFirstPayment(mode, project);
  const events = useEvents(project, { test_mode: mode === "test", page_size: 1 }, untilThere);
  const delivered = (events.data?.events.length ?? 0) > 0;
  const steps = stepsOf(mode, config, { delivered, bought });
  const next = steps.findIndex((step) => !step.done);
  const done = steps.filter((step) => step.done).length;
  return (
    <Section title="What to do next" about={`${done} of ${steps.length} done`}>
      <Timeline
        active={next === -1 ? steps.length : next - 1}
        bulletSize={24}
        lineWidth={2}
        component="ol"
        style={{ listStyle: "none", paddingInlineStart: 12 }}
        m={0}
      >
        {steps.map((step) => (
          <Timeline.Item
            key={step.name}
            component="li"
            bullet={step.done ? <IconCheck size={14} /> : <IconCircle size={10} />}
            title={
              <>
                {step.name}
                <span className="visually-hidden">{step.done ? ": done" : ": to do"}</span>
              </>
            }
          >
            {!step.done && (
              <Stack gap={4}>
                <Text size="sm" c="dimmed">
                  {step.hint}
                </Text>
                <Ways ways={step.ways} project={project} mode={mode} />
              </Stack>
            )}
          </Timeline.Item>
        ))}
      </Timeline>
    </Section>
  );
}

/** Asks for events every few seconds as long as there are none. */
function untilThere(events: Schemas["EventList"] | undefined): number | false {
  return events && events.events.length > 0 ? false : 4_000;
}
