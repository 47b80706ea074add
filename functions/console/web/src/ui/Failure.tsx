import { Alert, Button, Group, Text } from "@mantine/core";
import { IconAlertCircle, IconRefresh } from "@tabler/icons-react";
import { messageOf } from "../api/errors";

/** Says what failed, and offers to try again. */
export function Failure({ what, error, retry }: { what: string; error: unknown; retry: () => void }) {
  return (
    <Alert
      color="red"
      variant="light"
      title={what}
      icon={<IconAlertCircle aria-hidden="true" />}
      role="alert"
    >
      <Group justify="space-between" align="center">
        <Text size="sm">{messageOf(error)}</Text>
        <Button size="xs" variant="default" leftSection={<IconRefresh size={14} />} onClick={retry}>
          Try again
        </Button>
      </Group>
    </Alert>
  );
}
