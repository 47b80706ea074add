import { Badge, Button, Skeleton, Stack } from "@mantine/core";
import { IconReceipt } from "@tabler/icons-react";
import { useState } from "react";
import { useBillingStatus, usePaymentProjects } from "../../api/queries";
import { useScope } from "../../app/scope";
import { ChooseProject } from "../../ui/ChooseProject";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Page } from "../../ui/Page";
import { Disable } from "./Disable";
import { GatewayCards } from "./GatewayCards";
import type { Status } from "./gateways";
import { ProjectState } from "./ProjectState";
import { Heading } from "./plans/Heading";
import { Plans } from "./plans/Plans";
import { Returned } from "./Returned";
import { SwitchedOn } from "./SwitchedOn";

const about = "How your projects take money, and the plans that they sell.";

export default function Billing() {
  const { project } = useScope();
  const status = useBillingStatus(project);
  if (!status.data) {
    return (
      <Page title="Billing" about={about}>
        {status.error ? (
          <Failure
            what="The billing switch could not be read"
            error={status.error}
            retry={() => void status.refetch()}
          />
        ) : (
          <Stack gap="lg" role="status" aria-busy="true" aria-label="Loading">
            <Skeleton height={240} />
            <Skeleton height={120} />
            <Skeleton height={280} />
          </Stack>
        )}
      </Page>
    );
  }
  return <Switch status={status.data} project={project} />;
}

function Switch({ status, project }: { status: Status; project: string | undefined }) {
  const projects = usePaymentProjects();
  const name = projects.data?.projects.find((p) => p.id === project)?.name ?? "This project";
  const on = status.billingEnabled;
  const shown = status.project;
  const sells = on || status.billingEnabledAt !== null || shown?.test.enabled || shown?.live.enabled;
  return (
    <Page
      title="Billing"
      about={about}
      actions={
        <Badge size="lg" variant="dot" color={on ? "green" : "gray"} tt="none" radius="sm" role="status">
          {on ? "Billing is on" : "Billing is off"}
        </Badge>
      }
    >
      <Returned status={status} />
      {on ? <SwitchedOn status={status} /> : <SwitchedOff status={status} />}
      {sells && project && (
        <>
          {status.project?.id === project ? (
            <ProjectState status={status} name={name} />
          ) : (
            <Skeleton height={150} />
          )}
          <Plans key={project} project={project} />
        </>
      )}
      {on && !project && (
        <ChooseProject what="Each project has plans of its own, in test and in live mode." />
      )}
      {on && <Disable />}
    </Page>
  );
}

function SwitchedOff({ status }: { status: Status }) {
  const [choosing, setChoosing] = useState(false);
  const before = status.billingEnabledAt !== null;
  if (!choosing && !before) {
    return (
      <Empty
        icon={<IconReceipt size={26} />}
        title="Sell plans to your users"
        action={
          <Button mt="sm" onClick={() => setChoosing(true)}>
            Enable Billing
          </Button>
        }
      >
        With billing on, your projects can sell plans with features, by the month or by the year, and your app
        can ask who may do what. Until then a project sells only with Stripe keys of its own.
      </Empty>
    );
  }
  return (
    <Stack gap="md" component="section" aria-label="Gateways">
      <Heading
        title="Through which Stripe account?"
        about={`For all of your projects; it can be changed later. ${before ? "Billing was on before: your plans are still there." : "To try things out, take the sandbox."}`}
      />
      <GatewayCards status={status} />
    </Stack>
  );
}
