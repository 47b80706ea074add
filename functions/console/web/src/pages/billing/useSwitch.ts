import { notifications } from "@mantine/notifications";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { data } from "../../api/client";
import { keys } from "../../api/queries";
import { scopeQuery, useScope } from "../../app/scope";
import { useApi } from "../../app/services";
import { beginConnecting } from "./connecting";
import { facts, type Gateway, type Mode } from "./gateways";

/** What a change of the switch makes stale: whether projects sell, and what ran when it was refused. */
function useStale() {
  const queries = useQueryClient();
  return () => {
    void queries.invalidateQueries({ queryKey: keys.stats });
    return queries.invalidateQueries({ queryKey: keys.billing });
  };
}

export function useEnable(onDone?: () => void) {
  const api = useApi();
  const stale = useStale();
  return useMutation({
    mutationFn: (gateway: Gateway) => data(api.POST("/v1/dashboard/billing/enable", { body: { gateway } })),
    onSuccess: (_, gateway) => {
      notifications.show({ message: `Billing is on: ${facts[gateway].name}.`, color: "green" });
      onDone?.();
    },
    onSettled: stale,
  });
}

export function useDisable(onDone: () => void) {
  const api = useApi();
  const stale = useStale();
  return useMutation({
    mutationFn: () => data(api.POST("/v1/dashboard/billing/disable")),
    onSuccess: () => {
      notifications.show({ message: "Billing is off." });
      onDone();
    },
    onSettled: stale,
  });
}

/** Leaves for Stripe's page, which comes back to this one. */
export function useConnect() {
  const api = useApi();
  const { project } = useScope();
  return useMutation({
    mutationFn: async (mode: Mode) => {
      const returnUrl = `${window.location.origin}/console/billing${scopeQuery(mode, project)}`;
      const page = await data(api.POST("/v1/dashboard/billing/connect", { body: { mode, returnUrl } }));
      beginConnecting(window.sessionStorage);
      window.location.assign(page.url);
    },
  });
}

export function useDisconnect(onDone: () => void) {
  const api = useApi();
  const stale = useStale();
  return useMutation({
    mutationFn: (mode: Mode) =>
      data(api.POST("/v1/dashboard/billing/connect/deauthorize", { body: { mode } })),
    onSuccess: (_, mode) => {
      notifications.show({ message: `The Stripe account is disconnected in ${mode} mode.` });
      onDone();
    },
    onSettled: stale,
  });
}
