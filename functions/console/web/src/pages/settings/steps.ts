import type { Schemas } from "../../api/client";
import type { Mode } from "../../app/scope";

/** A way to where a step is taken: a page of Stripe's dashboard, of the deployer's app, or of the console. */
export type Way =
  | { label: string; stripe: string }
  | { label: string; pricing: true }
  | { label: string; path: string; mode?: Mode };

export interface Step {
  name: string;
  hint: string;
  done: boolean;
  ways: Way[];
}

/** What is known of what happened in a mode. */
export interface Known {
  delivered: boolean;
  bought: boolean;
}

/** What there is to do until a project earns money, and what of it is done. */
export function stepsOf(mode: Mode, config: Schemas["StripeConfig"] | null, known: Known): Step[] {
  const active = config?.is_active ?? false;
  const steps: Step[] = [
    {
      name: "Save the keys",
      hint: "The publishable key and the secret key of your Stripe account.",
      done:
        active &&
        Boolean(config?.[`${mode}_secret_key_masked`]) &&
        Boolean(config?.[`${mode}_publishable_key_masked`]),
      ways: [{ label: "API keys at Stripe", stripe: "apikeys" }],
    },
    {
      name: "Save the webhook's signing secret",
      hint: "Register the webhook URL at Stripe. Stripe shows the secret of the new endpoint.",
      done: active && Boolean(config?.[`${mode}_webhook_secret_masked`]),
      ways: [{ label: "Webhooks at Stripe", stripe: "webhooks" }],
    },
    {
      name: "Receive an event",
      hint: "Make a product with a price, or a plan. Stripe tells of it, which shows that events arrive.",
      done: known.delivered,
      ways: [
        { label: "Products at Stripe", stripe: "products" },
        { label: "Plans on the Billing page", path: "/billing" },
      ],
    },
  ];
  if (mode === "live") {
    return [
      ...steps,
      { ...sale, name: "First sale", hint: "Somebody buys with real money.", done: known.bought },
    ];
  }
  return [
    ...steps,
    {
      ...sale,
      name: "Make a test purchase",
      hint: "Open a checkout session in your app and pay with 4242 4242 4242 4242, any future date and any CVC.",
      done: known.bought,
    },
    {
      name: "Go live",
      hint: "Do the same in live mode, with the live keys.",
      done: active && (config?.has_live_credentials ?? false),
      ways: [{ label: "Live settings", path: "/payments/settings", mode: "live" }],
    },
  ];
}

const sale: Pick<Step, "ways"> = { ways: [{ label: "Your app's pricing page", pricing: true }] };
