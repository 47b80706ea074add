import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useStats } from "../api/queries";
import type { Mode } from "../app/scope";

/** How far a project has come: nothing is bought yet, or its first payment is there. Says so when that arrives. */
export function useFirstPayment(mode: Mode, project: string | undefined) {
  const { data } = useStats(mode === "test", project);
  const known = data !== undefined;
  const paid = (data?.successful_payments ?? 0) > 0;
  const before = useRef<boolean>(undefined);
  const scope = `${mode} ${project ?? ""}`;
  const watched = useRef(scope);
  useEffect(() => {
    if (watched.current !== scope) {
      watched.current = scope;
      before.current = undefined;
    }
    if (!known) {
      return;
    }
    if (before.current === false && paid) {
      notifications.show({
        id: `first payment ${scope}`,
        title: firstPayment(mode),
        message: "Stripe has told of it, and the figures count it.",
        color: "green",
        autoClose: 8_000,
      });
    }
    before.current = paid;
  }, [scope, mode, known, paid]);
  return {
    known,
    bought: (data?.total_subscriptions ?? 0) + (data?.total_payments ?? 0) > 0,
    first: data?.successful_payments === 1,
  };
}

export function firstPayment(mode: Mode): string {
  return mode === "test" ? "Your first test payment arrived" : "Your first payment arrived";
}
