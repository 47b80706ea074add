import { Button, Group, TextInput } from "@mantine/core";
import { IconSearch } from "@tabler/icons-react";
import { type FormEvent, useState } from "react";
import { Section } from "../../ui/Section";

/** Opens the wallet of a user who is named. */
export function FindUser({ find }: { find: (user: string) => void }) {
  const [text, setText] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim()) {
      find(text.trim());
    }
  };
  return (
    <Section title="Find a user's wallet" about="The balance, what is held of it, and all that moved it.">
      <form onSubmit={submit}>
        <Group align="flex-end" gap="sm">
          <TextInput
            label="User id"
            placeholder="As your tokens name the user in sub"
            leftSection={<IconSearch size={16} aria-hidden="true" />}
            maxLength={255}
            flex={1}
            miw={220}
            maw={420}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Button type="submit" disabled={!text.trim()}>
            Open the wallet
          </Button>
        </Group>
      </form>
    </Section>
  );
}
