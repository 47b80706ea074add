import { ActionIcon, Menu, Text, useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { IconLogout, IconMoon, IconSun, IconUser } from "@tabler/icons-react";
import { claimsOf, useSession } from "../auth/session";
import { useServices } from "./services";

/** Who is signed in, and what is the viewer's own: the colors, and leaving. */
export function Account() {
  const { session } = useServices();
  const { token } = useSession(session);
  const { setColorScheme } = useMantineColorScheme();
  const dark = useComputedColorScheme("light") === "dark";
  const claims = claimsOf(token);
  return (
    <Menu position="bottom-end" width={240} withinPortal>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" radius="xl" aria-label="Account">
          <IconUser size={18} aria-hidden="true" />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>Signed in as</Menu.Label>
        <Text size="sm" px="sm" pb="xs" truncate="end">
          {String(claims.email ?? claims.name ?? claims.sub ?? "a developer")}
        </Text>
        <Menu.Divider />
        <Menu.Item
          leftSection={
            dark ? <IconSun size={16} aria-hidden="true" /> : <IconMoon size={16} aria-hidden="true" />
          }
          onClick={() => setColorScheme(dark ? "light" : "dark")}
        >
          {dark ? "Light colors" : "Dark colors"}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden="true" />}
          onClick={() => session.signOut()}
        >
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
