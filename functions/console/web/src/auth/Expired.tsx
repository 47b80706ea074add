import { Alert, Button, Divider, Modal, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "../api/errors";
import { useServices } from "../app/services";
import { useSession } from "./session";
import { TokenForm } from "./TokenForm";

/** Asks to sign in again over the page, which keeps what it shows and what was typed. */
export function Expired() {
  const { issuer, session } = useServices();
  const { expired } = useSession(session);
  const queries = useQueryClient();
  const [failure, setFailure] = useState<string>();
  const renew = (token: string) => {
    session.signIn(token);
    setFailure(undefined);
    void queries.invalidateQueries();
  };
  const beside = () => issuer.beside().then(renew, (error: unknown) => setFailure(messageOf(error)));
  return (
    <Modal
      opened={expired}
      onClose={() => session.signOut()}
      title="Your sign-in has expired"
      closeOnClickOutside={false}
      closeOnEscape={false}
      withCloseButton={false}
      centered
      zIndex={1000} // over whatever window the page has open
    >
      <Stack>
        <Text size="sm">Sign in again to go on. The page behind stays as it is.</Text>
        {failure && (
          <Alert color="red" role="alert">
            {failure}
          </Alert>
        )}
        {issuer.configured && (
          <>
            <Button onClick={beside}>Sign in again</Button>
            <Divider label="or" />
          </>
        )}
        <TokenForm onToken={renew} primary={!issuer.configured} />
        <Button variant="subtle" onClick={() => session.signOut()}>
          Sign out
        </Button>
      </Stack>
    </Modal>
  );
}
