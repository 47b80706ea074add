import { Paper, ScrollArea, Skeleton, Table, UnstyledButton, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import classes from "./DataTable.module.css";

export interface Column<Row> {
  title: string;
  cell: (row: Row) => ReactNode;
  numeric?: boolean;
  /** Left out on a phone's width. */
  wide?: boolean;
}

/** A table of rows that can be opened. While they load, lines hold their place. */
export function DataTable<Row>({
  label,
  columns,
  rows,
  rowKey,
  rowLabel,
  onOpen,
  stale,
  opens = "Details",
}: {
  label: string;
  columns: Column<Row>[];
  rows: Row[] | undefined;
  rowKey: (row: Row) => string;
  rowLabel: (row: Row) => string;
  onOpen: (row: Row) => void;
  stale: boolean;
  /** What is behind a row. */
  opens?: string;
}) {
  return (
    <Paper withBorder className={classes.frame} data-stale={stale || undefined} aria-busy={stale || !rows}>
      <ScrollArea type="auto" viewportProps={{ tabIndex: 0, role: "region", "aria-label": label }}>
        <Table verticalSpacing="sm" horizontalSpacing="md" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              {columns.map((c) => (
                <Table.Th key={c.title} className={className(c)} scope="col">
                  {c.title}
                </Table.Th>
              ))}
              <Table.Th scope="col">
                <VisuallyHidden>Open</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows
              ? rows.map((row) => (
                  <Table.Tr key={rowKey(row)} onClick={() => onOpen(row)} className={classes.row}>
                    {columns.map((c) => (
                      <Table.Td key={c.title} className={className(c)}>
                        {c.cell(row)}
                      </Table.Td>
                    ))}
                    <Table.Td ta="right">
                      <UnstyledButton
                        className={classes.open}
                        onClick={(event) => {
                          event.stopPropagation();
                          onOpen(row);
                        }}
                        aria-label={`${opens} of ${rowLabel(row)}`}
                      >
                        {opens}
                      </UnstyledButton>
                    </Table.Td>
                  </Table.Tr>
                ))
              : placeholders(columns.length + 1)}
          </Table.Tbody>
        </Table>
      </ScrollArea>
    </Paper>
  );
}

function className<Row>(column: Column<Row>): string {
  return [column.numeric && classes.numeric, column.wide && classes.wide].filter(Boolean).join(" ");
}

function placeholders(columns: number): ReactNode {
  return Array.from({ length: 8 }, (_, line) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines without content
    <Table.Tr key={line}>
      <Table.Td colSpan={columns}>
        <Skeleton height={22} />
      </Table.Td>
    </Table.Tr>
  ));
}
