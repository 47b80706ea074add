import { Button, Group, Table, Text } from "@mantine/core";
import { IconChevronLeft, IconChevronRight } from "@tabler/icons-react";
import type { Schemas } from "../../api/client";
import { change, count, money } from "../../ui/format";
import { When } from "../../ui/When";
import { movementOf } from "./meanings";

/** As far back as the API reads at once: its largest offset. */
const furthest = 10_000;

/** What moved a wallet, newest first, and what was left each time. */
export function WalletHistory({
  wallet,
  lines,
  page,
  turn,
  stale,
}: {
  wallet: Schemas["UserWallet"];
  lines: number;
  page: number;
  turn: (page: number) => void;
  stale: boolean;
}) {
  const pages = Math.max(1, Math.ceil(wallet.total / lines));
  return (
    <>
      <Table.ScrollContainer
        minWidth={320}
        scrollAreaProps={{ viewportProps: { tabIndex: 0, role: "region", "aria-label": "History" } }}
      >
        <Table verticalSpacing="xs" horizontalSpacing={6} style={{ opacity: stale ? 0.6 : 1 }}>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">What</Table.Th>
              <Table.Th scope="col" ta="right">
                Amount
              </Table.Th>
              <Table.Th scope="col" ta="right">
                Balance
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {wallet.transactions.map((line) => (
              <Table.Tr key={line.id}>
                <Table.Td>
                  {movementOf(line.type)}
                  {line.description && (
                    <Text span size="sm" c="dimmed" style={{ overflowWrap: "anywhere" }}>
                      {" "}
                      · {line.description}
                    </Text>
                  )}
                  <Text size="xs" c="dimmed">
                    <When at={line.created_at} full />
                  </Text>
                </Table.Td>
                <Table.Td ta="right" className="tabular nowrap">
                  {change(line.amount_cents, line.currency)}
                </Table.Td>
                <Table.Td ta="right" className="tabular nowrap">
                  {money(line.balance_after_cents, line.currency)}
                </Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
      <Group justify="space-between" component="nav" aria-label="Pages of the history">
        <Text size="sm" c="dimmed" role="status">
          Page {count(page)} of {count(pages)} · {count(wallet.total)} postings
        </Text>
        <Group gap="xs">
          <Button
            variant="default"
            size="xs"
            leftSection={<IconChevronLeft size={14} />}
            disabled={page === 1}
            onClick={() => turn(page - 1)}
          >
            Newer
          </Button>
          <Button
            variant="default"
            size="xs"
            rightSection={<IconChevronRight size={14} />}
            disabled={page >= pages || page * lines > furthest}
            onClick={() => turn(page + 1)}
          >
            Older
          </Button>
        </Group>
      </Group>
    </>
  );
}
