import { Badge, Button, Code, Group, Skeleton, Table, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconPlus } from "@tabler/icons-react";
import { useState } from "react";
import type { Schemas } from "../../api/client";
import { useProjectKeys } from "../../api/queries";
import { Failure } from "../../ui/Failure";
import { Section } from "../../ui/Section";
import { When } from "../../ui/When";
import { CreateKey } from "./CreateKey";
import { RevokeKey } from "./RevokeKey";

/** The keys that the project's apps and servers call the API with. */
export function KeyPairs({ project }: { project: string }) {
  const keys = useProjectKeys(project);
  const [creating, { open, close }] = useDisclosure();
  const [revoking, setRevoking] = useState<Schemas["Key"]>();
  return (
    <Section
      title="API keys"
      about="A pair for each app or server: the key itself, and a secret part for servers only."
      aside={
        <Button variant="default" leftSection={<IconPlus size={16} />} onClick={open}>
          Create a key pair
        </Button>
      }
    >
      {keys.error && !keys.data && (
        <Failure what="The keys could not be read" error={keys.error} retry={() => void keys.refetch()} />
      )}
      {keys.isPending && <Skeleton height={80} />}
      {keys.data?.keys.length === 0 && (
        <Text size="sm" c="dimmed">
          There is none. Apps that only send their users' tokens need none; servers that call the Server API
          do.
        </Text>
      )}
      {keys.data && keys.data.keys.length > 0 && (
        <Table.ScrollContainer minWidth={480} scrollAreaProps={{ viewportProps: { tabIndex: 0 } }}>
          <Table verticalSpacing="sm">
            <Table.Thead>
              <Table.Tr>
                <Table.Th>Name</Table.Th>
                <Table.Th>Key</Table.Th>
                <Table.Th>State</Table.Th>
                <Table.Th>Created</Table.Th>
                <Table.Th>
                  <span className="visually-hidden">Revoke</span>
                </Table.Th>
              </Table.Tr>
            </Table.Thead>
            <Table.Tbody>
              {keys.data.keys.map((key) => (
                <Table.Tr key={key.id}>
                  <Table.Td>{key.name ?? "Unnamed"}</Table.Td>
                  <Table.Td>
                    <Code>{key.key_prefix}…</Code>
                  </Table.Td>
                  <Table.Td>
                    <Badge
                      variant="dot"
                      color={key.is_active ? "green" : "gray"}
                      tt="none"
                      fw={500}
                      radius="sm"
                    >
                      {key.is_active ? "Active" : "Revoked"}
                    </Badge>
                  </Table.Td>
                  <Table.Td>
                    <When at={key.created_at} />
                  </Table.Td>
                  <Table.Td>
                    {key.is_active && (
                      <Group justify="flex-end">
                        <Button
                          size="compact-sm"
                          color="red"
                          variant="subtle"
                          onClick={() => setRevoking(key)}
                          aria-label={`Revoke ${key.name ?? key.key_prefix}`}
                        >
                          Revoke
                        </Button>
                      </Group>
                    )}
                  </Table.Td>
                </Table.Tr>
              ))}
            </Table.Tbody>
          </Table>
        </Table.ScrollContainer>
      )}
      <CreateKey project={project} opened={creating} onClose={close} />
      <RevokeKey project={project} revoking={revoking} onClose={() => setRevoking(undefined)} />
    </Section>
  );
}
