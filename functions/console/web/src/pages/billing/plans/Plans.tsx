import { Button, Group, Stack, Switch, Text } from "@mantine/core";
import { IconPlus, IconStack2 } from "@tabler/icons-react";
import { useState } from "react";
import { Link, useNavigate } from "react-router";
import { usePlans } from "../../../api/queries";
import { useScope } from "../../../app/scope";
import { DataTable } from "../../../ui/DataTable";
import { Empty } from "../../../ui/Empty";
import { Failure } from "../../../ui/Failure";
import { columns } from "./columns";
import { shownOf } from "./draft";
import { Heading } from "./Heading";
import { PricingTable } from "./PricingTable";

/** The plans of a project in the mode that is shown, and how buyers see them. */
export function Plans({ project }: { project: string }) {
  const { mode, testMode, link } = useScope();
  const navigate = useNavigate();
  const plans = usePlans(project, testMode);
  const [archived, showArchived] = useState(false);
  const all = plans.data;
  const rows = all?.filter((plan) => archived || !plan.archived);
  const listed = all?.filter((plan) => plan.visible && !plan.archived) ?? [];
  const create = (
    <Button component={Link} to={link("/billing/plans/new")} leftSection={<IconPlus size={16} />}>
      Create a plan
    </Button>
  );
  if (plans.error && !all) {
    return (
      <Failure what="The plans could not be read" error={plans.error} retry={() => void plans.refetch()} />
    );
  }
  if (all?.length === 0) {
    return (
      <Stack gap="md">
        <Heading title="Plans" about={`What this project sells in ${mode} mode.`} />
        <Empty icon={<IconStack2 size={26} />} title="No plans yet" action={create}>
          A plan has a price and features. Your app shows the catalog, sends buyers to the checkout, and asks
          whether a user has a feature.
        </Empty>
      </Stack>
    );
  }
  return (
    <Stack gap="md">
      <Heading title="Plans" about={`What this project sells in ${mode} mode.`}>
        {create}
      </Heading>
      {rows?.length === 0 ? (
        <Text c="dimmed" ta="center" py="lg" role="status">
          All plans are archived.
        </Text>
      ) : (
        <DataTable
          label="Plans"
          columns={columns}
          rows={rows}
          rowKey={(plan) => plan.id}
          rowLabel={(plan) => plan.name}
          onOpen={(plan) => void navigate(link(`/billing/plans/${plan.id}`))}
          stale={false}
          opens="Edit"
        />
      )}
      {all?.some((plan) => plan.archived) && (
        <Group>
          <Switch
            label="Show archived plans"
            checked={archived}
            onChange={(event) => showArchived(event.currentTarget.checked)}
          />
        </Group>
      )}
      {listed.length > 0 && (
        <Stack gap="md" mt="md" component="section" aria-label="Preview">
          <Heading
            title="As buyers see it"
            about="A preview: your app draws its own pricing page from the public catalog."
          />
          <PricingTable plans={listed.map(shownOf)} />
        </Stack>
      )}
    </Stack>
  );
}
