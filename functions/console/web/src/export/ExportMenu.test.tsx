import { MantineProvider } from "@mantine/core";
import { cleanup, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { afterEach, expect, test, vi } from "vitest";
import { ExportMenu } from "./ExportMenu";

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
});

test("an export that has stopped can be tried again", async () => {
  const saved = vi.spyOn(URL, "createObjectURL").mockReturnValue("blob:1");
  const page = vi.fn().mockRejectedValueOnce(new Error("The API cannot be reached."));
  page.mockResolvedValue({ rows: [{ id: "a" }, { id: "b" }], next: null });
  render(
    <MantineProvider env="test">
      <ExportMenu name="transactions" page={page} flat={(row: object) => row} />
    </MantineProvider>,
  );
  fireEvent.click(screen.getByRole("button", { name: "Export" }));
  fireEvent.click(await screen.findByRole("menuitem", { name: "CSV, for spreadsheets" }));
  expect((await screen.findByRole("alert")).textContent).toContain("The API cannot be reached.");
  expect(saved).not.toHaveBeenCalled();

  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => expect(saved).toHaveBeenCalledOnce());
  const [file] = saved.mock.lastCall ?? [];
  const bytes = await (file as Blob).arrayBuffer();
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
  expect(text).toBe("\uFEFFid\r\na\r\nb\r\n");
});
