const pages: Record<string, string> = {
  sub: "subscriptions",
  cus: "customers",
  in: "invoices",
  pi: "payments",
  ch: "payments",
  price: "prices",
  evt: "events",
  tr: "connect/transfers",
  acct: "connect/accounts",
};

/** A page of Stripe's dashboard, in one mode. */
export function stripePage(dashboard: string, path: string, test: boolean): string {
  return `${dashboard}/${test ? "test/" : ""}${path}`;
}

/** Where Stripe's dashboard shows an object; nothing where it has no page of its own. */
export function stripeObject(dashboard: string, id: string, test: boolean): string | undefined {
  const page = pages[id.slice(0, id.indexOf("_"))];
  return page && stripePage(dashboard, `${page}/${id}`, test);
}

/** The page where people buy what a project sells, if the deployment knows it. */
export function pricingPage(page: string, project: string, mode: string): string | undefined {
  if (!page) {
    return undefined;
  }
  const url = new URL(page);
  url.searchParams.set("project_id", project);
  url.searchParams.set("mode", mode);
  return url.href;
}
