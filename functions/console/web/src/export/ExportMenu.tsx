import { Alert, Button, Group, Loader, Menu, Modal, Stack, Text } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useRef, useState } from "react";
import { messageOf } from "../api/errors";
import { count } from "../ui/format";
import { download, type PageOf, readAll, toCSV } from "./export";

type Format = "csv" | "json";

/** Saves all that a filter finds, not only the page that is seen. */
export function ExportMenu<Row>({
  name,
  page,
  flat,
}: {
  name: string;
  page: (cursor: string | undefined) => Promise<PageOf<Row>>;
  /** A row as a line of CSV. */
  flat: (row: Row) => object;
}) {
  const [rows, setRows] = useState<number>();
  const [failure, setFailure] = useState<{ format: Format; message: string }>();
  const running = useRef<AbortController>(null);
  const stop = () => {
    running.current?.abort();
    setRows(undefined);
    setFailure(undefined);
  };
  const save = async (format: Format) => {
    const controller = new AbortController();
    running.current = controller;
    setFailure(undefined);
    setRows(0);
    try {
      const all = await readAll(page, setRows, controller.signal);
      const file = `${name}-${new Date().toISOString().slice(0, 10)}.${format}`;
      if (format === "csv") {
        // By the mark at its start a spreadsheet knows that the file is UTF-8.
        download(file, "text/csv;charset=utf-8", `\uFEFF${toCSV(all.map(flat))}`);
      } else {
        download(file, "application/json", JSON.stringify(all, null, 2));
      }
      setRows(undefined);
    } catch (error) {
      if (!controller.signal.aborted) {
        setFailure({ format, message: messageOf(error) });
      }
    }
  };
  return (
    <>
      <Menu position="bottom-end" withinPortal>
        <Menu.Target>
          <Button variant="default" leftSection={<IconDownload size={16} />}>
            Export
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => void save("csv")}>CSV, for spreadsheets</Menu.Item>
          <Menu.Item onClick={() => void save("json")}>JSON, as the API answers</Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal opened={rows !== undefined} onClose={stop} title={`Exporting ${name}`} centered>
        <Stack>
          {failure === undefined ? (
            <Group role="status">
              <Loader size="sm" />
              <Text size="sm">{count(rows ?? 0)} rows so far</Text>
            </Group>
          ) : (
            <Alert color="red" role="alert" title="The export has stopped">
              {failure.message} Nothing was saved.
            </Alert>
          )}
          <Group justify="flex-end">
            <Button variant="default" onClick={stop}>
              {failure === undefined ? "Cancel" : "Close"}
            </Button>
            {failure && <Button onClick={() => void save(failure.format)}>Try again</Button>}
          </Group>
        </Stack>
      </Modal>
    </>
  );
}
