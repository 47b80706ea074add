import { useServices } from "../app/services";
import { AwayLink } from "./AwayLink";
import { stripePage } from "./stripe";

/** A link to a page of Stripe's dashboard, by its path there. */
export function DashboardLink({ page, test, children }: { page: string; test: boolean; children: string }) {
  const { config } = useServices();
  return <AwayLink to={stripePage(config.stripe_dashboard, page, test)}>{children}</AwayLink>;
}
