import { Anchor, List, Skeleton, Text } from "@mantine/core";
import { Link } from "react-router";
import { useStats } from "../../api/queries";
import { scopeQuery } from "../../app/scope";
import { count, words } from "../../ui/format";
import { type Mode, runningOf } from "./gateways";

/** The subscriptions of end users that have not ended, of all projects, and where they are. */
export function Running({ modes }: { modes: readonly Mode[] }) {
  return (
    <List size="sm" spacing={4}>
      {modes.map((mode) => (
        <RunningIn key={mode} mode={mode} />
      ))}
    </List>
  );
}

function RunningIn({ mode }: { mode: Mode }) {
  const stats = useStats(mode === "test", undefined);
  if (!stats.data) {
    return (
      <List.Item>
        {stats.error ? (
          `The subscriptions in ${mode} mode could not be counted.`
        ) : (
          <Skeleton width={220} height={18} />
        )}
      </List.Item>
    );
  }
  const running = runningOf(stats.data.subscriptions_by_status);
  return (
    <List.Item>
      <Text span size="sm" fw={600}>
        {words(mode)} mode:
      </Text>{" "}
      {running.length === 0
        ? "none"
        : running.map(([status, n], at) => (
            <span key={status}>
              {at > 0 && ", "}
              <Anchor
                component={Link}
                size="sm"
                c="inherit"
                underline="always"
                to={`/payments/subscriptions${scopeQuery(mode, undefined, { status })}`}
              >
                {count(n)} {words(status).toLowerCase()}
                <span className="visually-hidden"> in {mode} mode, to the subscriptions</span>
              </Anchor>
            </span>
          ))}
    </List.Item>
  );
}
