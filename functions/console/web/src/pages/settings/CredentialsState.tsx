import { Badge, Skeleton, Tooltip } from "@mantine/core";
import type { Schemas } from "../../api/client";
import { useCredentialsStatus } from "../../api/queries";
import type { Mode } from "../../app/scope";

const states = {
  valid: { label: "Valid", color: "green" },
  invalid: { label: "Invalid", color: "red" },
  not_configured: { label: "Not configured", color: "gray" },
  unknown: { label: "Not checked", color: "gray" },
};

/** Whether Stripe takes the key: the one that was typed and validated, else the one that is saved. */
export function CredentialsState({
  project,
  mode,
  saved,
  typed,
}: {
  project: string;
  mode: Mode;
  saved: boolean;
  typed: Schemas["CredentialsVerdict"] | undefined;
}) {
  const status = useCredentialsStatus(project, mode === "test", saved);
  if (saved && !typed && status.isPending) {
    return <Skeleton width={90} height={24} role="status" aria-label="Checking the saved key" />;
  }
  const told = typed
    ? { status: typed.valid ? ("valid" as const) : ("invalid" as const), message: typed.message }
    : saved
      ? (status.data ?? { status: "unknown" as const, message: "The saved key could not be checked" })
      : { status: "not_configured" as const, message: `No ${mode} mode secret key is saved` };
  const { label, color } = states[told.status];
  return (
    <Tooltip label={told.message} multiline maw={320}>
      <Badge
        size="lg"
        flex="none"
        variant="dot"
        color={color}
        tt="none"
        radius="sm"
        role="status"
        aria-label={`${label}: ${told.message}`}
      >
        {label}
      </Badge>
    </Tooltip>
  );
}
