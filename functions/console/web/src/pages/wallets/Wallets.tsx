import { Anchor, Code, Stack } from "@mantine/core";
import { IconWallet } from "@tabler/icons-react";
import { useState } from "react";
import { useLedger } from "../../api/queries";
import { useScope } from "../../app/scope";
import { ChooseProject } from "../../ui/ChooseProject";
import { Empty } from "../../ui/Empty";
import { Failure } from "../../ui/Failure";
import { Page } from "../../ui/Page";
import { FindUser } from "./FindUser";
import { Payouts } from "./Payouts";
import { Totals, TotalsSkeleton } from "./Totals";
import { WalletDrawer } from "./WalletDrawer";

const title = "Wallets and payouts";
const about = "Prepaid balances of your users, and what creators earn.";

export default function Wallets() {
  const { project, mode } = useScope();
  if (!project) {
    return (
      <Page title={title} about={about}>
        <ChooseProject what="Each project keeps its users' balances apart." />
      </Page>
    );
  }
  return <ProjectWallets key={`${project} ${mode}`} project={project} />;
}

function ProjectWallets({ project }: { project: string }) {
  const { testMode } = useScope();
  const ledger = useLedger(project, testMode);
  const [user, setUser] = useState<string>();
  if (ledger.error && !ledger.data) {
    return (
      <Page title={title} about={about}>
        <Failure
          what="The balances could not be read"
          error={ledger.error}
          retry={() => void ledger.refetch()}
        />
      </Page>
    );
  }
  if (ledger.data?.currencies.length === 0) {
    return (
      <Page title={title} about={about}>
        <NoWallets />
      </Page>
    );
  }
  return (
    <Page title={title} about={about}>
      <Stack gap="md" aria-busy={!ledger.data}>
        {ledger.data ? (
          ledger.data.currencies.map((totals) => <Totals key={totals.currency} of={totals} />)
        ) : (
          <TotalsSkeleton />
        )}
      </Stack>
      <FindUser find={setUser} />
      <Payouts project={project} />
      <WalletDrawer project={project} user={user} onClose={() => setUser(undefined)} />
    </Page>
  );
}

function NoWallets() {
  return (
    <Empty icon={<IconWallet size={26} />} title="No prepaid balances yet">
      A user has a wallet from the first deposit on: your app sends <Code>POST /api/balance/deposit</Code>{" "}
      with the user's token and opens the page that is answered. What users then pay creators can be paid out.
      The{" "}
      <Anchor href="/docs" size="sm" underline="always">
        API reference
      </Anchor>{" "}
      has every call.
    </Empty>
  );
}
