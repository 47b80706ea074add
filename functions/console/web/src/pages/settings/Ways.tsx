import { Anchor, Group } from "@mantine/core";
import { Link } from "react-router";
import { type Mode, scopeQuery } from "../../app/scope";
import { useServices } from "../../app/services";
import { AwayLink } from "../../ui/AwayLink";
import { DashboardLink } from "../../ui/DashboardLink";
import { pricingPage } from "../../ui/stripe";
import type { Way } from "./steps";

interface Place {
  project: string;
  mode: Mode;
}

/** Where a step is taken. */
export function Ways({ ways, ...place }: { ways: Way[] } & Place) {
  return (
    <Group gap="4px 12px">
      {ways.map((way) => (
        <WayLink key={way.label} way={way} {...place} />
      ))}
    </Group>
  );
}

/** A page of the app that the deployment has not named is left out. */
function WayLink({ way, project, mode }: { way: Way } & Place) {
  const { config } = useServices();
  if ("stripe" in way) {
    return (
      <DashboardLink page={way.stripe} test={mode === "test"}>
        {way.label}
      </DashboardLink>
    );
  }
  if ("path" in way) {
    return (
      <Anchor component={Link} to={way.path + scopeQuery(way.mode ?? mode, project)} size="sm">
        {way.label}
      </Anchor>
    );
  }
  const page = pricingPage(config.pricing_page, project, mode);
  return page && <AwayLink to={page}>{way.label}</AwayLink>;
}
