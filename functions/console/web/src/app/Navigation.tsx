import { NavLink, Stack, Text } from "@mantine/core";
import {
  IconBolt,
  IconBook,
  IconCreditCard,
  IconFolders,
  IconHome,
  IconReceipt,
  IconRepeat,
  IconSettings,
  IconWallet,
} from "@tabler/icons-react";
import type { ReactNode } from "react";
import { Link, useLocation } from "react-router";
import { useScope } from "./scope";

export function Navigation() {
  return (
    <Stack gap={2} h="100%">
      <Place to="/" label="Dashboard" icon={<IconHome size={18} />} />
      <Place to="/projects" label="Projects" icon={<IconFolders size={18} />} />
      <Place to="/billing" label="Billing" icon={<IconReceipt size={18} />} />
      <Heading>Payments</Heading>
      <Place to="/payments/settings" label="Settings" icon={<IconSettings size={18} />} />
      <Place to="/payments/subscriptions" label="Subscriptions" icon={<IconRepeat size={18} />} />
      <Place to="/payments/transactions" label="Transactions" icon={<IconCreditCard size={18} />} />
      <Place to="/payments/wallets" label="Wallets & payouts" icon={<IconWallet size={18} />} />
      <Heading>Developers</Heading>
      <Place to="/events" label="Events" icon={<IconBolt size={18} />} />
      <NavLink
        component="a"
        href="/docs"
        label="API reference"
        leftSection={<IconBook size={18} aria-hidden="true" />}
        variant="light"
      />
    </Stack>
  );
}

function Heading({ children }: { children: string }) {
  return (
    <Text size="xs" fw={600} c="dimmed" tt="uppercase" lts={0.4} mt="md" mb={4} px="sm">
      {children}
    </Text>
  );
}

function Place({ to, label, icon }: { to: string; label: string; icon: ReactNode }) {
  const { pathname } = useLocation();
  const { link } = useScope();
  const here = pathname === to || (to !== "/" && pathname.startsWith(`${to}/`));
  return (
    <NavLink
      component={Link}
      to={link(to)}
      label={label}
      leftSection={icon}
      active={here}
      aria-current={here ? "page" : undefined}
      variant="light"
      fw={here ? 600 : 400}
    />
  );
}
