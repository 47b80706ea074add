import { Button, Group, Select, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconSearch, IconX } from "@tabler/icons-react";
import { type ReactNode, useState } from "react";
import { type Filters, filtered, periods } from "./filters";
import { words } from "./format";

const searched = /^([A-Za-z0-9_]{1,255}|[^\s@]{1,64}@[^\s@]{1,190})$/;

/** The filters of a list. */
export function FilterBar({
  filters,
  change,
  statuses,
  searchLabel,
  placeholder,
  actions,
}: {
  filters: Filters;
  change: (next: Partial<Filters>) => void;
  statuses: readonly string[];
  searchLabel: string;
  placeholder: string;
  actions?: ReactNode;
}) {
  return (
    <Group align="flex-end" gap="sm">
      <Search
        label={searchLabel}
        placeholder={placeholder}
        value={filters.search}
        onChange={(search) => change({ search })}
      />
      <Select
        label="Status"
        placeholder="Any"
        clearable
        w={170}
        data={statuses.map((value) => ({ value, label: words(value) }))}
        value={filters.status ?? null}
        onChange={(status) => change({ status: status ?? undefined })}
      />
      <Select
        label="Created"
        placeholder="Any time"
        clearable
        w={170}
        data={periods}
        value={filters.period ?? null}
        onChange={(period) => change({ period: period ?? undefined, from: undefined, to: undefined })}
      />
      {filters.period === "custom" && (
        <>
          <TextInput
            label="From"
            type="date"
            value={filters.from ?? ""}
            onChange={(event) => change({ from: event.currentTarget.value })}
          />
          <TextInput
            label="To"
            type="date"
            value={filters.to ?? ""}
            onChange={(event) => change({ to: event.currentTarget.value })}
          />
        </>
      )}
      {filtered(filters) && (
        <Button
          variant="subtle"
          leftSection={<IconX size={16} />}
          onClick={() =>
            change({
              status: undefined,
              period: undefined,
              from: undefined,
              to: undefined,
              search: undefined,
            })
          }
        >
          Clear
        </Button>
      )}
      {actions && <Group ms="auto">{actions}</Group>}
    </Group>
  );
}

function Search({
  label,
  placeholder,
  value,
  onChange,
}: {
  label: string;
  placeholder: string;
  value: string | undefined;
  onChange: (search: string | undefined) => void;
}) {
  const [text, setText] = useState(value ?? "");
  const [told, setTold] = useState(value);
  const [wrong, setWrong] = useState(false);
  if (told !== value) {
    setTold(value);
    setWrong(false);
    setText(value ?? "");
  }
  // Judged after a pause, too: half an address is not wrong while it is typed.
  const tell = useDebouncedCallback((next: string) => {
    const search = next.trim() || undefined;
    if (search && !searched.test(search)) {
      setWrong(true);
      return;
    }
    setTold(search);
    onChange(search);
  }, 400);
  return (
    <TextInput
      label={label}
      placeholder={placeholder}
      leftSection={<IconSearch size={16} aria-hidden="true" />}
      w={260}
      value={text}
      error={wrong && "No id of Stripe's, and no e-mail address"}
      onChange={(event) => {
        setText(event.currentTarget.value);
        setWrong(false);
        tell(event.currentTarget.value);
      }}
    />
  );
}
