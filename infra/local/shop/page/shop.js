// The page of the demo shop. It calls billhook's API as the frontend of any app would.

const here = new URL(location.href);
const project = here.searchParams.get("project_id") ?? "";
const mode = here.searchParams.get("mode") === "live" ? "live" : "test";
const test = `test_mode=${mode === "test"}`;
const settings = await (await fetch("/settings.json")).json();

const element = (id) => document.getElementById(id);

/** Who buys: the same user each time, until the visitor wants to be somebody else. */
const userKey = `shop.user.${project}`;
function user() {
  const known = localStorage.getItem(userKey);
  if (known) {
    return known;
  }
  const made = `buyer-${crypto.randomUUID().slice(0, 8)}`;
  localStorage.setItem(userKey, made);
  return made;
}

async function read(response) {
  const body = await response.json().catch(() => ({}));
  if (response.ok) {
    return body;
  }
  const { detail, message } = body;
  throw new Error(
    Array.isArray(detail) ? detail.map(({ msg }) => msg).join(". ") : (detail ?? message ?? `The answer was ${response.status}.`),
  );
}

let token;
async function signIn() {
  const answer = await fetch(`${settings.issuer}/users/token`, {
    method: "POST",
    body: new URLSearchParams({ user: user(), project_id: project }),
  });
  token = (await read(answer)).access_token;
}

async function api(method, path, body) {
  const headers = { Authorization: `Bearer ${token}` };
  if (body) {
    headers["Content-Type"] = "application/json";
  }
  return read(await fetch(settings.api + path, { method, headers, body: body && JSON.stringify(body) }));
}

/** The plans of the project, or else the prices of its Stripe account. */
async function offers() {
  const { plans = [] } = await fetch(`${settings.api}/v1/billing/plans?project_id=${project}&${test}`)
    .then(read)
    .catch(() => ({}));
  const sold = plans.flatMap((plan) =>
    plan.prices.map((price) => ({
      name: plan.name,
      description: plan.description ?? plan.features.map(({ name }) => name).join(", "),
      amount: price.priceCents,
      currency: plan.currency,
      interval: price.interval,
      buy: { path: `/v1/billing/checkout?${test}`, body: { planKey: plan.key, interval: price.interval } },
    })),
  );
  if (sold.length > 0) {
    return sold;
  }
  const { prices } = await read(await fetch(`/prices?project_id=${project}&mode=${mode}`));
  return prices.map((price) => ({
    ...price,
    buy: {
      path: `/api/v1/payments/stripe/checkout-session?${test}`,
      body: { price_id: price.id, mode: price.interval ? "subscription" : "payment" },
    },
  }));
}

function money(minor, currency) {
  const format = new Intl.NumberFormat(undefined, { style: "currency", currency });
  return format.format(minor / 10 ** format.resolvedOptions().maximumFractionDigits);
}

/** The page's own address, with what happened. */
function back(what) {
  const url = new URL("/", here);
  url.search = new URLSearchParams({ project_id: project, mode, ...what });
  return url.href;
}

async function buy({ path, body }) {
  const [success, cancel] = [back({ bought: "1" }), back({})];
  const plans = path.startsWith("/v1/");
  const session = await api("POST", path, {
    ...body,
    ...(plans ? { successUrl: success, cancelUrl: cancel } : { success_url: success, cancel_url: cancel }),
  });
  location.assign(session.checkout_url ?? session.url);
}

async function manage() {
  const { portal_url } = await api("POST", `/api/v1/payments/stripe/customer-portal?${test}`, { return_url: back({}) });
  location.assign(portal_url);
}

function make(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) {
    made.className = className;
  }
  return made;
}

/** A button that does something, and says so where it fails. */
function button(text, act) {
  const made = make("button", text);
  made.type = "button";
  made.addEventListener("click", async () => {
    made.disabled = true;
    element("failure").hidden = true;
    try {
      await act();
    } catch (error) {
      fail(error);
      made.disabled = false;
    }
  });
  return made;
}

function fail(error) {
  element("failure").textContent = error instanceof TypeError ? "The API cannot be reached." : error.message;
  element("failure").hidden = false;
}

function showOffers(all, subscribed) {
  const list = element("offers");
  list.replaceChildren(...all.map((offer) => card(offer, subscribed)));
  if (all.length === 0) {
    const item = make("li", "", "empty");
    item.append(
      make("h2", "Nothing is on sale yet"),
      make("p", `Save the project's ${mode} keys in the console, or make a plan there, and reload this page.`),
    );
    list.append(item);
  }
  list.parentElement.removeAttribute("aria-busy");
}

function card(offer, subscribed) {
  const item = make("li", "");
  const price = make("p", money(offer.amount, offer.currency ?? "usd"), "price");
  if (offer.interval) {
    price.append(make("small", ` / ${offer.interval}`));
  }
  const purchase = button("Buy", () => buy(offer.buy));
  purchase.setAttribute("aria-label", `Buy ${offer.name}${offer.interval ? `, by the ${offer.interval}` : ""}`);
  purchase.disabled = subscribed && Boolean(offer.interval);
  item.append(make("h2", offer.name), price, make("p", offer.description ?? ""), purchase);
  return item;
}

/** Whether a subscription is one that gives access; a new one is incomplete until it is paid. */
function runs(subscription) {
  return ["active", "trialing", "past_due"].includes(subscription?.status);
}

function showSubscription(subscription) {
  const status = element("subscription");
  status.hidden = false;
  const until = subscription.current_period_end && new Date(subscription.current_period_end).toLocaleDateString();
  const text = make("div", "");
  text.append(
    make("h2", `Subscription ${subscription.status.replaceAll("_", " ")}`),
    make("p", `${subscription.plan_name ?? "Your plan"}${until ? `, until ${until}` : ""}`),
  );
  status.replaceChildren(text, button("Manage the subscription", manage));
}

function say(title, about) {
  const text = make("div", "");
  text.append(make("h2", title), make("p", about));
  element("subscription").replaceChildren(text);
  element("subscription").hidden = false;
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** The user's subscription. After a purchase it takes a moment, until Stripe has told of it. */
async function subscription() {
  const read = () => api("GET", `/api/v1/payments/stripe/my-subscription?${test}`);
  let found = await read();
  if (!here.searchParams.has("bought") || runs(found)) {
    return found;
  }
  say("Thank you", "Stripe is telling the app of the payment.");
  for (let tries = 0; tries < 20 && !runs(found); tries++) {
    await pause(1000);
    found = await read();
  }
  return found;
}

async function start() {
  if (!project) {
    showOffers([]);
    throw new Error("Open the shop from the checklist in the console: the link names the project.");
  }
  element("mode").textContent = mode === "test" ? "Test mode." : "Live mode, in the sandbox: no money moves.";
  element("user").hidden = false;
  element("user").querySelector("b").textContent = user();
  element("switch").addEventListener("click", () => {
    localStorage.removeItem(userKey);
    location.assign(back({}));
  });
  await signIn();
  const [all, found] = await Promise.all([offers(), subscription()]);
  showOffers(all, runs(found));
  if (found) {
    showSubscription(found);
  } else if (here.searchParams.has("bought")) {
    say("Thank you", "The purchase is complete.");
  }
}

start().catch(fail);
