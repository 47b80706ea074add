import { lazy, Suspense } from "react";
import { Navigate, Route, Routes } from "react-router";
import { Callback } from "../auth/Callback";
import { SignIn } from "../auth/SignIn";
import { useSession } from "../auth/session";
import { PageSkeleton } from "../ui/PageSkeleton";
import { Shell } from "./Shell";
import { useServices } from "./services";

const Dashboard = lazy(() => import("../pages/dashboard/Dashboard"));
const Projects = lazy(() => import("../pages/projects/Projects"));
const Settings = lazy(() => import("../pages/settings/Settings"));
const Subscriptions = lazy(() => import("../pages/subscriptions/Subscriptions"));
const Transactions = lazy(() => import("../pages/transactions/Transactions"));
const Billing = lazy(() => import("../pages/billing/Billing"));
const PlanEditor = lazy(() => import("../pages/billing/plans/PlanEditor"));
const Wallets = lazy(() => import("../pages/wallets/Wallets"));
const Events = lazy(() => import("../pages/events/Events"));

export function Pages() {
  const { session } = useServices();
  const { token } = useSession(session);
  return (
    <Routes>
      <Route path="/callback" element={<Callback />} />
      {token ? (
        <Route element={<Shell />}>
          <Route index element={<Page of={Dashboard} />} />
          <Route path="/projects" element={<Page of={Projects} />} />
          <Route path="/payments/settings" element={<Page of={Settings} />} />
          <Route path="/payments/subscriptions" element={<Page of={Subscriptions} />} />
          <Route path="/payments/transactions" element={<Page of={Transactions} />} />
          <Route path="/billing" element={<Page of={Billing} />} />
          <Route path="/billing/plans/:plan" element={<Page of={PlanEditor} />} />
          <Route path="/payments/wallets" element={<Page of={Wallets} />} />
          <Route path="/events" element={<Page of={Events} />} />
          <Route path="*" element={<Navigate to="/" replace />} />
        </Route>
      ) : (
        <Route path="*" element={<SignIn />} />
      )}
    </Routes>
  );
}

function Page({ of: Content }: { of: React.ComponentType }) {
  return (
    <Suspense fallback={<PageSkeleton />}>
      <Content />
    </Suspense>
  );
}
