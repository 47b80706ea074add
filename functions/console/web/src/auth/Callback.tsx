import { Anchor, Center, Loader, Stack, Text } from "@mantine/core";
import { useEffect, useRef, useState } from "react";
import { Link, useNavigate } from "react-router";
import { messageOf } from "../api/errors";
import { useServices } from "../app/services";

/** Where the identity provider sends the browser back to. */
export function Callback() {
  const { issuer, session } = useServices();
  const navigate = useNavigate();
  const [failure, setFailure] = useState<string>();
  const [elsewhere, setElsewhere] = useState(false);
  const arrived = useRef(false);
  useEffect(() => {
    if (arrived.current) {
      return; // a code can be redeemed once
    }
    arrived.current = true;
    issuer.arrive(window.location.search).then(
      (answer) => {
        if (answer) {
          session.signIn(answer.token);
          navigate(answer.returnTo, { replace: true });
        } else {
          setElsewhere(true);
        }
      },
      (error: unknown) => setFailure(messageOf(error)),
    );
  }, [issuer, session, navigate]);
  return (
    <Center component="main" mih="100vh" p="md">
      {failure === undefined && !elsewhere && <Loader aria-label="Signing in" />}
      {elsewhere && (
        <Stack align="center" role="status">
          <Text>Signing in goes on in the window that it began in. This one can be closed.</Text>
          <Anchor component={Link} to="/">
            To the console
          </Anchor>
        </Stack>
      )}
      {failure !== undefined && (
        <Stack align="center" role="alert">
          <Text>Signing in has failed. {failure}</Text>
          <Anchor component={Link} to="/">
            Try again
          </Anchor>
        </Stack>
      )}
    </Center>
  );
}
