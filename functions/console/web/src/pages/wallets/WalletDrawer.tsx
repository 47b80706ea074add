import { Alert, Drawer, SegmentedControl, Skeleton, Stack, Text, Title } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { Schemas } from "../../api/client";
import { useWallet } from "../../api/queries";
import { useScope } from "../../app/scope";
import { Details } from "../../ui/Details";
import { Failure } from "../../ui/Failure";
import { money } from "../../ui/format";
import { useKept } from "../../ui/useKept";
import { WalletHistory } from "./WalletHistory";

type Wallet = Schemas["UserWallet"];

/** How many lines of the history are shown at once. */
const lines = 20;

/** One user's wallet, in one currency at a time. */
export function WalletDrawer({
  project,
  user,
  onClose,
}: {
  project: string;
  user: string | undefined;
  onClose: () => void;
}) {
  const shown = useKept(user);
  return (
    <Drawer
      opened={user !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={shown && `Wallet of ${shown}`}
      styles={{ title: { overflowWrap: "anywhere" } }}
    >
      {shown && <UserWallet key={shown} project={project} user={shown} />}
    </Drawer>
  );
}

function UserWallet({ project, user }: { project: string; user: string }) {
  const { testMode } = useScope();
  const [view, setView] = useState<{ currency?: string; page: number }>({ page: 1 });
  const wallet = useWallet(user, {
    project_id: project,
    test_mode: testMode,
    currency: view.currency,
    limit: lines,
    offset: (view.page - 1) * lines,
  });
  if (wallet.error && !wallet.data) {
    return (
      <Failure what="The wallet could not be read" error={wallet.error} retry={() => void wallet.refetch()} />
    );
  }
  if (!wallet.data) {
    return (
      <Stack role="status" aria-busy="true" aria-label="Loading">
        <Skeleton height={64} width={180} />
        <Skeleton height={180} />
        <Skeleton height={280} />
      </Stack>
    );
  }
  if (wallet.data.currencies.length === 0) {
    return (
      <Text c="dimmed" size="sm" role="status">
        This user has no wallet in {testMode ? "test" : "live"} mode. A wallet begins with its first deposit;
        check the id if there should be one.
      </Text>
    );
  }
  return (
    <Stack gap="lg" aria-busy={wallet.isPlaceholderData}>
      {wallet.data.currencies.length > 1 && (
        <SegmentedControl
          aria-label="Currency"
          value={wallet.data.currency}
          onChange={(currency) => setView({ currency, page: 1 })}
          data={wallet.data.currencies.map((value) => ({ value, label: value.toUpperCase() }))}
          style={{ alignSelf: "flex-start" }}
        />
      )}
      <Balance of={wallet.data} />
      <Details of={details(wallet.data)} />
      <Title order={3} size="h5">
        History
      </Title>
      <WalletHistory
        wallet={wallet.data}
        lines={lines}
        page={view.page}
        turn={(page) => setView({ ...view, page })}
        stale={wallet.isPlaceholderData}
      />
    </Stack>
  );
}

function Balance({ of }: { of: Wallet }) {
  return (
    <div>
      <Text size="sm" c="dimmed" fw={500}>
        Can be spent
      </Text>
      <Text fz={30} lh={1.25} fw={650} className="tabular" data-figure="Balance">
        {money(of.balance_cents, of.currency)}
      </Text>
      {of.balance_cents < 0 && (
        <Alert color="orange" mt="sm" title="The balance is negative">
          Stripe took a deposit back that was spent already. Nothing can be spent until new deposits make up
          for it.
        </Alert>
      )}
    </div>
  );
}

function details(of: Wallet): [string, ReactNode][] {
  const amount = (minor: number) => money(minor, of.currency);
  return [
    ["Held", of.held_cents !== 0 && amount(of.held_cents)],
    ["Paid in, ever", amount(of.lifetime_deposited_cents)],
    ["Spent, ever", amount(of.lifetime_spent_cents)],
    ["Auto-reload", reload(of.auto_reload, amount)],
    ["Last problem", of.auto_reload.problem],
    ["Failed in a row", of.auto_reload.failed_attempts > 0 && of.auto_reload.failed_attempts],
  ];
}

function reload(of: Wallet["auto_reload"], amount: (minor: number) => string): string {
  if (!of.enabled) {
    return "Off";
  }
  const rule = `${amount(of.amount_cents ?? 0)} whenever less than ${amount(of.threshold_cents ?? 0)} is left`;
  return of.in_progress ? `${rule}; a payment is under way` : rule;
}
