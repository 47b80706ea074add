import {
  type CSSVariablesResolver,
  createTheme,
  type MantineColorsTuple,
  type MantineThemeOverride,
} from "@mantine/core";
import type { Mode } from "./app/scope";

// Amber says that nothing is real, green that money is.
const test: MantineColorsTuple = [
  "#fff8e6",
  "#ffeec7",
  "#ffdb8a",
  "#ffc74a",
  "#f5b021",
  "#e09600",
  "#b97700",
  "#945e00",
  "#ffc74a", // the shade that is filled with: see primaryShade
  "#633e00",
];
const live: MantineColorsTuple = [
  "#e6faf2",
  "#cdf2e2",
  "#9ae4c5",
  "#62d4a5",
  "#38c68b",
  "#1cae75",
  "#0c8f5f",
  "#06774e",
  "#046341",
  "#034d33",
];

const shared = createTheme({
  colors: { test, live },
  autoContrast: true,
  defaultRadius: "md",
  fontFamily: "Inter, system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif",
  fontFamilyMonospace: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
  headings: { fontWeight: "650" },
  cursorType: "pointer",
  respectReducedMotion: true,
  components: {
    Notification: {
      defaultProps: { closeButtonProps: { "aria-label": "Dismiss" } },
      styles: { description: { color: "var(--mantine-color-dimmed)" } },
    },
    Alert: { styles: { title: { color: "var(--mantine-color-text)" } } },
    Modal: { defaultProps: { closeButtonProps: { "aria-label": "Close" } } },
    Drawer: { defaultProps: { closeButtonProps: { "aria-label": "Close the details" } } },
  },
});

/** The whole page has the color of the mode that it shows: amber with dark text, or green with white. */
export function themeOf(mode: Mode): MantineThemeOverride {
  return { ...shared, primaryColor: mode, primaryShade: 8 };
}

/** Text that everybody can read: the library's own gray and the amber are too light for it. */
export const readable: CSSVariablesResolver = ({ colors, primaryColor }) => ({
  variables: { "--mantine-color-test-filled-hover": "#f5b021" },
  light: {
    "--mantine-color-dimmed": "#5c636a",
    "--mantine-color-placeholder": "#6b7178",
    "--mantine-color-anchor": colors[primaryColor]?.[7] ?? "",
    "--mantine-color-error": "#c92a2a",
  },
  dark: {
    "--mantine-color-dimmed": "#a6a7ab",
    "--mantine-color-placeholder": "#909296",
    "--mantine-color-anchor": colors[primaryColor]?.[3] ?? "",
    "--mantine-color-error": "#ff8787",
  },
});
