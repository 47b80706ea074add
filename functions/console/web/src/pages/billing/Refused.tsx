import { Alert, Stack, Text } from "@mantine/core";
import { ApiError, messageOf } from "../../api/errors";
import type { Mode } from "./gateways";
import { Running } from "./Running";

const live = ["billing_has_active_end_user_subscriptions", "billing_gateway_in_use"];

/** Why the switch stays as it is; where subscriptions are the reason, which. */
export function Refused({ title, error, modes }: { title: string; error: unknown; modes: readonly Mode[] }) {
  const inUse = error instanceof ApiError && live.includes(error.code ?? "");
  return (
    <Alert color="red" role="alert" title={title}>
      <Stack gap="xs">
        <Text size="sm">
          {inUse
            ? "End users have subscriptions that have not ended. Cancel them, or wait until they end, and try again."
            : messageOf(error)}
        </Text>
        {inUse && <Running modes={modes} />}
      </Stack>
    </Alert>
  );
}
