import { createHmac, randomUUID } from "node:crypto";

function setting(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`${name} is not set: run the walks with make test-browser`);
  }
  return value;
}

/** The running stack, as infra/local/browser tells of it. */
export const place = {
  url: setting("WALK_URL"),
  stripe: setting("WALK_STRIPE_URL"),
  stripeKey: setting("WALK_STRIPE_KEY"),
  demoDeveloper: setting("WALK_DEMO_DEVELOPER"),
  pictures: setting("WALK_PICTURES"),
  chromium: setting("WALK_CHROMIUM"),
};

const signing = {
  secret: setting("WALK_JWT_SECRET"),
  issuer: setting("WALK_JWT_ISSUER"),
  audience: setting("WALK_JWT_AUDIENCE"),
};

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

function token(claims: object, life = 3600): string {
  const now = Math.floor(Date.now() / 1000);
  const text = `${part({ alg: "HS256", typ: "JWT" })}.${part({
    iss: signing.issuer,
    aud: signing.audience,
    type: "access",
    iat: now,
    exp: now + life,
    ...claims,
  })}`;
  return `${text}.${createHmac("sha256", signing.secret).update(text).digest("base64url")}`;
}

export function developerToken(subject = `walker-${randomUUID()}`, life?: number): string {
  return token({ sub: subject, role: "developer" }, life);
}

export function userToken(user: string, project: string): string {
  return token({ sub: user, role: "end_user", project_id: project, email: `${user}@example.com` });
}

async function call<T>(url: string, init: RequestInit): Promise<T> {
  const answer = await fetch(url, init);
  const text = await answer.text();
  if (!answer.ok) {
    throw new Error(`${init.method} ${url}: ${answer.status} ${text}`);
  }
  return (text ? JSON.parse(text) : undefined) as T;
}

/** Asks billhook's API. */
export function api<T>(
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<T> {
  return call(place.url + path, {
    method,
    headers: { ...headers, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
}

/** Asks the sandbox, as the account that a key is of; without parameters it reads. */
export function stripe<T>(path: string, params?: Record<string, string>, key = place.stripeKey): Promise<T> {
  return call(place.stripe + path, {
    method: params ? "POST" : "GET",
    headers: { Authorization: `Bearer ${key}` },
    body: params && new URLSearchParams(params),
  });
}

/** Waits until Stripe's events have been delivered. */
export function settle(key = place.stripeKey): Promise<void> {
  return call(`${place.stripe}/_sandbox/settle`, {
    method: "POST",
    headers: { Authorization: `Bearer ${key}` },
    body: "{}",
  });
}

/** The hosted page on which a user of a project buys a price. */
export async function checkout(user: string, project: string, price: string): Promise<string> {
  const session = await call<{ checkout_url: string }>(
    `${place.url}/api/v1/payments/stripe/checkout-session`,
    {
      method: "POST",
      headers: { Authorization: `Bearer ${userToken(user, project)}`, "Content-Type": "application/json" },
      body: JSON.stringify({
        price_id: price,
        success_url: `${place.url}/console`,
        cancel_url: `${place.url}/console`,
      }),
    },
  );
  return session.checkout_url;
}

/** Calls the Plans API as a user of a project. */
export function asUser<T>(
  user: string,
  project: string,
  method: string,
  path: string,
  body?: object,
): Promise<T> {
  return call(`${place.url}/v1/billing/${path}`, {
    method,
    headers: { Authorization: `Bearer ${userToken(user, project)}`, "Content-Type": "application/json" },
    body: body && JSON.stringify(body),
  });
}
