/** What the deployment tells the app; functions/console/settings.go answers it. */
export interface Config {
  issuer: string;
  client_id: string;
  scope: string;
  audience: string;
  api_base: string;
  /** Where Stripe's dashboard is. */
  stripe_dashboard: string;
  /** The page of the deployer's app where people buy; empty where none is set. */
  pricing_page: string;
}

export async function loadConfig(): Promise<Config> {
  const answer = await fetch("/console/config.json");
  if (!answer.ok) {
    throw new Error(`The console's settings could not be read (${answer.status}).`);
  }
  return (await answer.json()) as Config;
}
