import { AppShell, Box, Burger, Group, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useEffect } from "react";
import { Outlet, useLocation } from "react-router";
import { Expired } from "../auth/Expired";
import { Logo } from "../ui/Logo";
import { Account } from "./Account";
import { ModeSwitch } from "./ModeSwitch";
import { Navigation } from "./Navigation";
import { ProjectPicker } from "./ProjectPicker";
import classes from "./Shell.module.css";
import { useScope } from "./scope";

/** What is around every page: where to go, and what is shown of what. */
export function Shell() {
  const [opened, { toggle, close }] = useDisclosure();
  const { mode } = useScope();
  const { pathname } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu and begins at its top
  useEffect(() => {
    close();
    window.scrollTo(0, 0);
  }, [pathname]);
  return (
    <AppShell
      header={{ height: { base: 116, sm: 92 } }}
      navbar={{ width: 236, breakpoint: "sm", collapsed: { mobile: !opened } }}
      padding={{ base: "md", sm: "xl" }}
      data-mode={mode}
    >
      <a href="#content" className={classes.skip}>
        Skip to the content
      </a>
      <AppShell.Header>
        <ModeBand />
        <Box className={classes.bar}>
          <Group gap="sm" wrap="nowrap">
            <Burger
              opened={opened}
              onClick={toggle}
              hiddenFrom="sm"
              size="sm"
              aria-label={opened ? "Close the menu" : "Open the menu"}
              aria-expanded={opened}
            />
            <Logo />
          </Group>
          <div className={classes.scope}>
            <ProjectPicker />
            <ModeSwitch />
          </div>
          <Account />
        </Box>
      </AppShell.Header>
      <AppShell.Navbar p="md" aria-label="Main">
        <Navigation />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1} className={classes.main}>
        <Box maw={1240} mx="auto">
          <Outlet />
        </Box>
      </AppShell.Main>
      <Expired />
    </AppShell>
  );
}

/** Runs across the whole page, so that nobody takes one mode for the other. */
function ModeBand() {
  const { mode } = useScope();
  return (
    <div className={classes.band} data-mode={mode}>
      <Text span size="xs" fw={600}>
        {mode === "test" ? "Test mode: nothing here is real money" : "Live mode: real customers, real money"}
      </Text>
    </div>
  );
}
