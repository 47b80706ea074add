import { Button, PasswordInput, Stack } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { isJWT } from "./session";

/** Takes a token that the developer has from elsewhere. */
export function TokenForm({ onToken, primary }: { onToken: (token: string) => void; primary: boolean }) {
  const [token, setToken] = useState("");
  const [failure, setFailure] = useState<string>();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const pasted = token.trim().replace(/^Bearer\s+/i, "");
    if (isJWT(pasted)) {
      onToken(pasted);
    } else {
      setFailure("This is no token: one has three parts with dots between them.");
    }
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <PasswordInput
          label="Developer token"
          description="A JWT of your identity provider. It stays in this tab."
          value={token}
          onChange={(event) => {
            setToken(event.currentTarget.value);
            setFailure(undefined);
          }}
          error={failure}
          autoComplete="off"
          required
        />
        <Button type="submit" variant={primary ? "filled" : "default"}>
          Use this token
        </Button>
      </Stack>
    </form>
  );
}
