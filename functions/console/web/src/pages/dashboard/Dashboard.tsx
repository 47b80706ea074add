import { Button, Group, SegmentedControl, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconCreditCard, IconFolderPlus, IconRepeat, IconSettings } from "@tabler/icons-react";
import { lazy, Suspense, useState } from "react";
import { Link } from "react-router";
import { useDailyStats, usePaymentProjects, useStats } from "../../api/queries";
import { useScope } from "../../app/scope";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Page } from "../../ui/Page";
import { ChartSkeletons } from "./ChartSkeletons";
import { Figures } from "./Figures";
import { NextStep } from "./NextStep";

const Charts = lazy(() => import("./Charts"));

export default function Dashboard() {
  const { link, mode } = useScope();
  const projects = usePaymentProjects();
  if (projects.data?.total === 0) {
    return (
      <Page title="Dashboard">
        <Empty
          icon={<IconFolderPlus size={26} />}
          title="Create your first project"
          action={
            <Button component={Link} to={link("/projects")} mt="sm">
              Create a project
            </Button>
          }
        >
          A project is an app that sells something. It has Stripe credentials of its own, for test and for
          live mode.
        </Empty>
      </Page>
    );
  }
  return (
    <Page
      title="Dashboard"
      about={mode === "test" ? "What happened in Stripe's test mode." : "What your customers pay."}
      actions={
        <>
          <Button component={Link} to={link("/payments/settings")} leftSection={<IconSettings size={16} />}>
            Configure payments
          </Button>
          <Button
            component={Link}
            to={link("/payments/subscriptions")}
            variant="default"
            leftSection={<IconRepeat size={16} />}
          >
            View subscriptions
          </Button>
          <Button
            component={Link}
            to={link("/payments/transactions")}
            variant="default"
            leftSection={<IconCreditCard size={16} />}
          >
            Transaction history
          </Button>
        </>
      }
    >
      {projects.error && (
        <Failure
          what="The projects could not be read"
          error={projects.error}
          retry={() => void projects.refetch()}
        />
      )}
      {projects.data && <NextStep projects={projects.data.projects} />}
      <Now />
      <Days />
    </Page>
  );
}

function Now() {
  const { testMode, project } = useScope();
  const stats = useStats(testMode, project);
  if (stats.error && !stats.data) {
    return (
      <Failure what="The figures could not be read" error={stats.error} retry={() => void stats.refetch()} />
    );
  }
  return <Figures stats={stats.data} />;
}

function Days() {
  const { testMode, project } = useScope();
  const [days, setDays] = useState("30");
  const daily = useDailyStats(testMode, project, Number(days));
  return (
    <Stack gap="md">
      <Group gap="sm">
        <SegmentedControl
          aria-label="Period of the charts"
          value={days}
          onChange={setDays}
          data={["7", "30", "90"].map((value) => ({ value, label: `${value} days` }))}
        />
        <Text size="xs" c="dimmed">
          A day of the charts begins at midnight UTC.
        </Text>
      </Group>
      {daily.error && !daily.data ? (
        <Failure what="The charts could not be read" error={daily.error} retry={() => void daily.refetch()} />
      ) : (
        <SimpleGrid cols={{ base: 1, md: 2 }} aria-busy={daily.isPlaceholderData || daily.isPending}>
          {daily.data ? (
            <Suspense fallback={<ChartSkeletons />}>
              <Charts stats={daily.data} />
            </Suspense>
          ) : (
            <ChartSkeletons />
          )}
        </SimpleGrid>
      )}
    </Stack>
  );
}
