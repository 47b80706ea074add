import { Grid, Skeleton, Stack, Tabs } from "@mantine/core";
import { useStripeConfig } from "../../api/queries";
import { type Mode, useScope } from "../../app/scope";
import { ChooseProject } from "../../ui/ChooseProject";
import { Failure } from "../../ui/Failure";
import { Page } from "../../ui/Page";
import { Checklist } from "./Checklist";
import { Credentials } from "./Credentials";
import { Deactivate } from "./Deactivate";
import { KeyPairs } from "./KeyPairs";
import { RedirectOrigins } from "./RedirectOrigins";
import { Webhook } from "./Webhook";

const title = "Payment settings";

export default function Settings() {
  const { project } = useScope();
  if (!project) {
    return (
      <Page title={title}>
        <ChooseProject what="Each project has Stripe credentials of its own." />
      </Page>
    );
  }
  return <ProjectSettings key={project} project={project} />;
}

function ProjectSettings({ project }: { project: string }) {
  const { mode, setMode } = useScope();
  const config = useStripeConfig(project);
  return (
    <Page title={title} about="The Stripe account of this project, in test and in live mode.">
      <Tabs value={mode} onChange={(value) => setMode(value as Mode)} keepMounted={false}>
        <Tabs.List mb="lg">
          <Tabs.Tab value="test">Test</Tabs.Tab>
          <Tabs.Tab value="live">Live</Tabs.Tab>
        </Tabs.List>
        {(["test", "live"] as const).map((tab) => (
          <Tabs.Panel key={tab} value={tab}>
            {config.error && config.data === undefined ? (
              <Failure
                what="The settings could not be read"
                error={config.error}
                retry={() => void config.refetch()}
              />
            ) : config.isPending ? (
              <Skeleton height={420} role="status" aria-label="Loading" />
            ) : (
              <Grid gap="lg">
                <Grid.Col span={{ base: 12, lg: 8 }}>
                  <Stack gap="lg">
                    <Credentials project={project} mode={tab} config={config.data ?? null} />
                    <Webhook project={project} mode={tab} />
                  </Stack>
                </Grid.Col>
                <Grid.Col span={{ base: 12, lg: 4 }}>
                  <Checklist project={project} mode={tab} config={config.data ?? null} />
                </Grid.Col>
              </Grid>
            )}
          </Tabs.Panel>
        ))}
      </Tabs>
      <KeyPairs project={project} />
      <RedirectOrigins project={project} />
      {config.data?.is_active && <Deactivate project={project} />}
    </Page>
  );
}
