import { Alert, Button, Center, Divider, Paper, Stack, Text, Title } from "@mantine/core";
import { IconAlertCircle, IconLogin2 } from "@tabler/icons-react";
import { useState } from "react";
import { useLocation } from "react-router";
import { messageOf } from "../api/errors";
import { useServices } from "../app/services";
import { Logo } from "../ui/Logo";
import { TokenForm } from "./TokenForm";

export function SignIn() {
  const { issuer, session } = useServices();
  const { pathname, search } = useLocation();
  const [failure, setFailure] = useState<string>();
  const [leaving, setLeaving] = useState(false);
  const leave = () => {
    setLeaving(true);
    setFailure(undefined);
    issuer.leave(pathname + search).catch((error: unknown) => {
      setFailure(messageOf(error));
      setLeaving(false);
    });
  };
  return (
    <Center component="main" mih="100vh" p="md">
      <Paper withBorder shadow="sm" radius="lg" p="xl" w="100%" maw={420}>
        <Stack>
          <Logo />
          <div>
            <Title order={1} size="h3">
              Sign in to the console
            </Title>
            <Text c="dimmed" size="sm">
              Set up Stripe for your projects, and see what was sold.
            </Text>
          </div>
          {failure && (
            <Alert color="red" icon={<IconAlertCircle aria-hidden="true" />} role="alert">
              {failure}
            </Alert>
          )}
          {issuer.configured && (
            <>
              <Button size="md" onClick={leave} loading={leaving} leftSection={<IconLogin2 size={18} />}>
                Sign in
              </Button>
              <Divider label="or" />
            </>
          )}
          <TokenForm onToken={(token) => session.signIn(token)} primary={!issuer.configured} />
        </Stack>
      </Paper>
    </Center>
  );
}
