import { Anchor } from "@mantine/core";
import { IconExternalLink } from "@tabler/icons-react";

/** A link out of the console, in a tab of its own. */
export function AwayLink({ to, children }: { to: string; children: string }) {
  return (
    <Anchor href={to} target="_blank" rel="noreferrer" size="sm" underline="always">
      {children}
      <IconExternalLink
        size={14}
        aria-label="opens a new tab"
        style={{ marginInlineStart: 4, verticalAlign: "-2px" }}
      />
    </Anchor>
  );
}
