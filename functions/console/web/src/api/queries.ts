import { keepPreviousData, type Query, useQuery } from "@tanstack/react-query";
import { useApi } from "../app/services";
import { type Api, data, type Schemas } from "./client";
import type { operations } from "./schema.gen";

/** The keys that answers are cached under, so that a change knows what it makes stale. */
export const keys = {
  projects: ["projects"] as const,
  config: (project: string) => ["config", project] as const,
  projectKeys: (project: string) => ["keys", project] as const,
  stats: ["stats"] as const,
  events: ["events"] as const,
  billing: ["billing"] as const,
  plans: (project: string, testMode: boolean) => ["plans", project, testMode] as const,
};

interface InScope {
  test_mode?: boolean;
  project_id?: string;
}

/**
 * What is shown while an answer is read: the one before, of another page, filter or number of days. Not
 * one of another mode or project: test and live are never confused, on a slow network neither. The query
 * stands last in the key.
 */
export function keptIn(query: InScope) {
  return <T>(answer: T | undefined, asked: Pick<Query, "queryKey"> | undefined): T | undefined => {
    const before = asked?.queryKey.at(-1) as InScope | undefined;
    return before?.test_mode === query.test_mode && before?.project_id === query.project_id
      ? answer
      : undefined;
  };
}

export function usePaymentProjects() {
  const api = useApi();
  return useQuery({ queryKey: keys.projects, queryFn: () => data(api.GET("/api/v1/payments/projects")) });
}

export function useStats(testMode: boolean, project: string | undefined) {
  const api = useApi();
  const query = { test_mode: testMode, project_id: project };
  return useQuery({
    queryKey: [...keys.stats, query],
    queryFn: () => data(api.GET("/api/v1/payments/stats", { params: { query } })),
    // Somebody waits for the first one.
    refetchInterval: ({ state }) => (state.data?.successful_payments === 0 ? 4_000 : 15_000),
  });
}

export function useDailyStats(testMode: boolean, project: string | undefined, days: number) {
  const api = useApi();
  const query = { test_mode: testMode, project_id: project, days };
  return useQuery({
    queryKey: [...keys.stats, "daily", query],
    queryFn: () => data(api.GET("/api/v1/payments/stats/daily", { params: { query } })),
    placeholderData: keptIn(query),
    refetchInterval: 60_000,
  });
}

export function useProject(project: string) {
  const api = useApi();
  const params = { path: { project_id: project } };
  return useQuery({
    queryKey: [...keys.projects, project],
    queryFn: () => data(api.GET("/api/v1/projects/{project_id}", { params })),
  });
}

export function useStripeConfig(project: string) {
  const api = useApi();
  const params = { path: { project_id: project } };
  return useQuery({
    queryKey: keys.config(project),
    queryFn: () => data(api.GET("/api/v1/payments/stripe/projects/{project_id}/config", { params })),
  });
}

export function useCredentialsStatus(project: string, testMode: boolean, enabled: boolean) {
  const api = useApi();
  const params = { path: { project_id: project }, query: { test_mode: testMode } };
  return useQuery({
    queryKey: [...keys.config(project), "status", testMode],
    queryFn: () =>
      data(api.GET("/api/v1/payments/stripe/projects/{project_id}/credentials-status", { params })),
    enabled,
    staleTime: 5 * 60_000,
  });
}

export function useProjectKeys(project: string) {
  const api = useApi();
  const params = { path: { project_id: project } };
  return useQuery({
    queryKey: keys.projectKeys(project),
    queryFn: () => data(api.GET("/api/v1/projects/{project_id}/api-keys", { params })),
  });
}

export function useWebhookURLs(project: string) {
  const api = useApi();
  const params = { path: { project_id: project } };
  return useQuery({
    queryKey: ["webhook-urls", project],
    queryFn: () => data(api.GET("/api/v1/payments/stripe/projects/{project_id}/webhook-urls", { params })),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export type ListQuery = NonNullable<operations["listTransactions"]["parameters"]["query"]>;
export type SubscriptionQuery = NonNullable<operations["listSubscriptions"]["parameters"]["query"]>;
export type EventQuery = NonNullable<operations["listEvents"]["parameters"]["query"]>;

export function listSubscriptions(api: Api, query: SubscriptionQuery) {
  return data(api.GET("/api/v1/payments/subscriptions", { params: { query } }));
}

export function listTransactions(api: Api, query: ListQuery) {
  return data(api.GET("/api/v1/payments/transactions", { params: { query } }));
}

export function useSubscriptions(query: SubscriptionQuery) {
  const api = useApi();
  return useQuery({
    queryKey: ["subscriptions", query],
    queryFn: () => listSubscriptions(api, query),
    placeholderData: keptIn(query),
  });
}

export function useTransactions(query: ListQuery) {
  const api = useApi();
  return useQuery({
    queryKey: ["transactions", query],
    queryFn: () => listTransactions(api, query),
    placeholderData: keptIn(query),
  });
}

export type PayoutQuery = NonNullable<operations["listCreatorPayouts"]["parameters"]["query"]>;

export function listPayouts(api: Api, query: PayoutQuery) {
  return data(api.GET("/api/v1/payments/payouts", { params: { query } }));
}

export function usePayouts(query: PayoutQuery) {
  const api = useApi();
  return useQuery({
    queryKey: ["payouts", query],
    queryFn: () => listPayouts(api, query),
    placeholderData: keptIn(query),
  });
}

export function useLedger(project: string, testMode: boolean) {
  const api = useApi();
  const query = { project_id: project, test_mode: testMode };
  return useQuery({
    queryKey: ["ledger", query],
    queryFn: () => data(api.GET("/api/v1/payments/ledger", { params: { query } })),
    refetchInterval: 60_000,
  });
}

export type WalletQuery = operations["getUserWallet"]["parameters"]["query"];

export function useWallet(user: string, query: WalletQuery) {
  const api = useApi();
  const params = { path: { user_id: user }, query };
  return useQuery({
    queryKey: ["wallet", params],
    queryFn: () => data(api.GET("/api/v1/payments/wallets/{user_id}", { params })),
    placeholderData: keepPreviousData,
  });
}

type EventPage = Schemas["EventList"];

export function useEvents(
  project: string,
  query: EventQuery,
  interval: (read: EventPage | undefined) => number | false = () => false,
) {
  const api = useApi();
  const params = { path: { project_id: project }, query };
  return useQuery({
    queryKey: [...keys.events, project, query],
    queryFn: () => data(api.GET("/api/v1/payments/stripe/projects/{project_id}/events", { params })),
    placeholderData: keptIn(query),
    refetchInterval: ({ state }) => interval(state.data),
  });
}

export function useTimeline(project: string, subscription: string, testMode: boolean) {
  const api = useApi();
  const params = {
    path: { project_id: project, subscription_id: subscription },
    query: { test_mode: testMode },
  };
  return useQuery({
    queryKey: ["timeline", params],
    queryFn: () =>
      data(
        api.GET("/api/v1/payments/stripe/projects/{project_id}/subscriptions/{subscription_id}/timeline", {
          params,
        }),
      ),
  });
}

export function useBillingStatus(project: string | undefined) {
  const api = useApi();
  const params = { query: { project_id: project } };
  return useQuery({
    queryKey: [...keys.billing, project],
    queryFn: () => data(api.GET("/v1/dashboard/billing/status", { params })),
    placeholderData: keepPreviousData,
  });
}

export function usePlans(project: string, testMode: boolean) {
  const api = useApi();
  const params = { path: { appId: project }, query: { test_mode: testMode } };
  return useQuery({
    queryKey: keys.plans(project, testMode),
    queryFn: async () => (await data(api.GET("/v1/dashboard/apps/{appId}/billing/plans", { params }))).plans,
  });
}
