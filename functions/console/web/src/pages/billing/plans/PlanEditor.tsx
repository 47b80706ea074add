import { Alert, Button, Grid, Group, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { notifications } from "@mantine/notifications";
import { IconArchive, IconArrowLeft, IconFileUnknown } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import { Link, useNavigate, useParams } from "react-router";
import { data } from "../../../api/client";
import { messageOf } from "../../../api/errors";
import { keys, usePlans } from "../../../api/queries";
import { useScope } from "../../../app/scope";
import { useApi } from "../../../app/services";
import { ChooseProject } from "../../../ui/ChooseProject";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { Page } from "../../../ui/Page";
import { ArchivePlan } from "./ArchivePlan";
import {
  createRequest,
  type Draft,
  draftOf,
  newDraft,
  type Plan,
  shownDraft,
  shownOf,
  updateRequest,
} from "./draft";
import { PlanForm } from "./PlanForm";
import { PricingTable } from "./PricingTable";
import { hasField, refusalOf } from "./refusals";
import { useLeaving } from "./useLeaving";

/** The page on which a plan is made or changed. */
export default function PlanEditor() {
  const { plan = "new" } = useParams();
  const { project, testMode } = useScope();
  const title = plan === "new" ? "New plan" : "Edit the plan";
  if (!project) {
    return (
      <Page title={title}>
        <ChooseProject what="Each project has plans of its own." />
      </Page>
    );
  }
  return <Loaded key={`${project} ${testMode} ${plan}`} project={project} id={plan} title={title} />;
}

function Loaded({ project, id, title }: { project: string; id: string; title: string }) {
  const { mode, testMode, link } = useScope();
  const plans = usePlans(project, testMode);
  const read = plans.data;
  const back = (
    <Button
      component={Link}
      to={link("/billing")}
      variant="default"
      leftSection={<IconArrowLeft size={16} aria-hidden="true" />}
    >
      All plans
    </Button>
  );
  if (!read) {
    return (
      <Page title={title} actions={back}>
        {plans.error ? (
          <Failure
            what="The plans could not be read"
            error={plans.error}
            retry={() => void plans.refetch()}
          />
        ) : (
          <Skeleton height={640} role="status" aria-label="Loading" />
        )}
      </Page>
    );
  }
  const plan = read.find((p) => p.id === id);
  if (id !== "new" && !plan) {
    return (
      <Page title={title}>
        <Empty
          icon={<IconFileUnknown size={26} />}
          title={`There is no such plan in ${mode} mode`}
          action={back}
        >
          Test and live mode have plans of their own, and so has each project.
        </Empty>
      </Page>
    );
  }
  return <Editor project={project} plan={plan} others={read.filter((p) => p.id !== id)} />;
}

function Editor({
  project,
  plan: read,
  others,
}: {
  project: string;
  plan: Plan | undefined;
  others: Plan[];
}) {
  const { mode, link } = useScope();
  const navigate = useNavigate();
  const [plan] = useState(read); // what was typed is compared with it, whatever is read later
  const currency = others.find((p) => p.currency)?.currency ?? "usd";
  const [start] = useState<Draft>(() => (plan ? draftOf(plan, currency) : newDraft(currency)));
  const [draft, setDraft] = useState(start);
  const [archiving, archive] = useDisclosure();
  const leaving = useLeaving(JSON.stringify(draft) !== JSON.stringify(start));
  const done = (message: string) => {
    notifications.show({ message, color: "green" });
    leaving.saved();
    void navigate(link("/billing"));
  };
  const save = useSaving(project, plan, (saved) => done(`The plan ${saved.name} is saved.`));
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (save.error && hasField(save.error)) {
      form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
    }
  }, [save.error]);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(draft);
  };
  const shown = shownDraft(draft, plan?.id ?? "new");
  const rest = others.filter((p) => p.visible && !p.archived).map(shownOf);
  return (
    <Page
      title={plan ? `Edit ${plan.name}` : "New plan"}
      about={`In ${mode} mode. ${plan ? "Who has the plan gets its features as they are now." : "Test and live mode have plans of their own."}`}
      actions={
        plan &&
        !plan.archived && (
          <Button variant="default" leftSection={<IconArchive size={16} />} onClick={archive.open}>
            Archive
          </Button>
        )
      }
    >
      <form ref={form} onSubmit={submit} noValidate>
        <Grid gap="lg">
          <Grid.Col span={{ base: 12, lg: 8 }}>
            <Stack gap="lg">
              <PlanForm
                draft={draft}
                change={(next) => setDraft((before) => ({ ...before, ...next }))}
                plan={plan}
                errorOf={(field, item) => refusalOf(save.error, field, item)}
              />
              {save.error && (
                <Alert color="red" role="alert" title="The plan was not saved">
                  {hasField(save.error)
                    ? "Please look at the fields that are marked. Nothing that you typed is lost."
                    : messageOf(save.error)}
                </Alert>
              )}
              <Group>
                <Button type="submit" loading={save.isPending}>
                  {plan ? "Save" : "Create the plan"}
                </Button>
                <Button component={Link} to={link("/billing")} variant="default">
                  Cancel
                </Button>
              </Group>
            </Stack>
          </Grid.Col>
          <Grid.Col span={{ base: 12, lg: 4 }}>
            <Stack gap="xs" component="section" aria-label="Preview" pos="sticky" top={116}>
              <Text fw={600} size="sm">
                As buyers see it
              </Text>
              <PricingTable plans={[shown]} />
              {!draft.visible && (
                <Text size="sm" c="dimmed">
                  Not public: it is not in the catalog.
                </Text>
              )}
            </Stack>
          </Grid.Col>
        </Grid>
      </form>
      {rest.length > 0 && draft.visible && !draft.archived && (
        <Stack gap="xs" component="section" aria-label="Preview with the other plans">
          <Text fw={600} size="sm">
            Beside the other plans
          </Text>
          <PricingTable plans={[...rest, shown]} edited={shown.id} />
        </Stack>
      )}
      {plan && (
        <ArchivePlan
          project={project}
          plan={plan}
          opened={archiving}
          onClose={archive.close}
          onDone={() => done(`The plan ${plan.name} is not sold any more.`)}
        />
      )}
      <Modal opened={leaving.asked} onClose={leaving.stay} title="Leave without saving?" centered>
        <Stack>
          <Text size="sm">What you have typed here is not saved.</Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={leaving.stay} data-autofocus>
              Stay
            </Button>
            <Button color="red" onClick={leaving.leave}>
              Leave
            </Button>
          </Group>
        </Stack>
      </Modal>
    </Page>
  );
}

/** Creates the plan, or changes what differs of it. */
function useSaving(project: string, plan: Plan | undefined, onSaved: (plan: Plan) => void) {
  const api = useApi();
  const queries = useQueryClient();
  const { testMode } = useScope();
  const query = { test_mode: testMode };
  return useMutation({
    mutationFn: (draft: Draft) =>
      plan
        ? data(
            api.PUT("/v1/dashboard/apps/{appId}/billing/plans/{planId}", {
              params: { path: { appId: project, planId: plan.id }, query },
              body: updateRequest(draft, plan),
            }),
          )
        : data(
            api.POST("/v1/dashboard/apps/{appId}/billing/plans", {
              params: { path: { appId: project }, query },
              body: createRequest(draft),
            }),
          ),
    onSuccess: async (saved) => {
      await queries.invalidateQueries({ queryKey: keys.plans(project, testMode) });
      onSaved(saved);
    },
  });
}
