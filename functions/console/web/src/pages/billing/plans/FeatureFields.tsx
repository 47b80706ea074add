import {
  ActionIcon,
  Button,
  Group,
  NumberInput,
  Paper,
  SimpleGrid,
  Stack,
  Text,
  TextInput,
} from "@mantine/core";
import { IconArrowDown, IconArrowUp, IconPlus, IconTrash } from "@tabler/icons-react";
import { type FeatureDraft, keyOf } from "./draft";
import classes from "./FeatureFields.module.css";
import { separators } from "./numbers";

/** What whoever has the plan may do, in the order in which it is shown. */
export function FeatureFields({
  features,
  change,
  errorOf,
}: {
  features: FeatureDraft[];
  change: (features: FeatureDraft[]) => void;
  errorOf: (item: number) => string | undefined;
}) {
  const replace = (at: number, next: FeatureDraft) => change(features.with(at, next));
  const swap = (a: number, b: number) => {
    const [first, second] = [features[a], features[b]];
    if (first && second) {
      change(features.with(a, second).with(b, first));
    }
  };
  const add = () =>
    change([...features, { row: crypto.randomUUID(), key: "", name: "", description: "", limit: "" }]);
  return (
    <Stack gap="sm">
      {features.length === 0 && (
        <Text size="sm" c="dimmed">
          None yet. Your app asks the API whether a user has a feature, by its key.
        </Text>
      )}
      {features.map((feature, at) => (
        <FeatureRow
          key={feature.row}
          feature={feature}
          number={at + 1}
          last={at === features.length - 1}
          error={errorOf(at)}
          change={(next) => replace(at, next)}
          move={(by) => swap(at, at + by)}
          remove={() => change(features.toSpliced(at, 1))}
        />
      ))}
      <Button
        variant="default"
        leftSection={<IconPlus size={16} />}
        onClick={add}
        disabled={features.length >= 100}
        style={{ alignSelf: "flex-start" }}
      >
        Add a feature
      </Button>
    </Stack>
  );
}

function FeatureRow({
  feature,
  number,
  last,
  error,
  change,
  move,
  remove,
}: {
  feature: FeatureDraft;
  number: number;
  last: boolean;
  error: string | undefined;
  change: (feature: FeatureDraft) => void;
  move: (by: -1 | 1) => void;
  remove: () => void;
}) {
  const called = feature.name.trim() || `feature ${number}`;
  // An item of the list is refused as a whole; the message begins with what is wrong in it.
  const errorOf = (part: string) => (error?.startsWith(`${part} `) ? error : undefined);
  const unplaced = !["name", "key", "description", "limit"].some(errorOf);
  const rename = (name: string) => {
    const follows = feature.key === keyOf(feature.name, "_");
    change({ ...feature, name, key: follows ? keyOf(name, "_") : feature.key });
  };
  return (
    <Paper withBorder p="md" component="fieldset" m={0}>
      <legend className="visually-hidden">Feature {number}</legend>
      <Stack gap="sm">
        <SimpleGrid cols={{ base: 1, sm: 2 }} verticalSpacing="sm">
          <TextInput
            label="Name of the feature"
            placeholder="Export"
            value={feature.name}
            onChange={(event) => rename(event.currentTarget.value)}
            maxLength={255}
            required
            error={errorOf("name") ?? (unplaced ? error : undefined)}
          />
          <TextInput
            label="Key of the feature"
            placeholder="export"
            value={feature.key}
            onChange={(event) => change({ ...feature, key: event.currentTarget.value })}
            maxLength={64}
            required
            error={errorOf("key")}
            spellCheck={false}
            styles={{ input: { fontFamily: "var(--mantine-font-family-monospace)" } }}
          />
          <TextInput
            label="Description of the feature"
            value={feature.description}
            onChange={(event) => change({ ...feature, description: event.currentTarget.value })}
            error={errorOf("description")}
            maxLength={1000}
          />
          <NumberInput
            label="Limit"
            placeholder="Unlimited"
            value={feature.limit}
            onChange={(value) => change({ ...feature, limit: value === "" ? "" : Number(value) })}
            min={0}
            error={errorOf("limit")}
            max={Number.MAX_SAFE_INTEGER}
            allowDecimal={false}
            allowNegative={false}
            hideControls
            {...separators()}
          />
        </SimpleGrid>
        <Group gap="xs" justify="flex-end">
          <ActionIcon
            variant="subtle"
            color="gray"
            className={classes.move}
            aria-label={`Move ${called} up`}
            disabled={number === 1}
            onClick={() => move(-1)}
          >
            <IconArrowUp size={16} />
          </ActionIcon>
          <ActionIcon
            variant="subtle"
            color="gray"
            className={classes.move}
            aria-label={`Move ${called} down`}
            disabled={last}
            onClick={() => move(1)}
          >
            <IconArrowDown size={16} />
          </ActionIcon>
          <ActionIcon variant="subtle" color="red" aria-label={`Remove ${called}`} onClick={remove}>
            <IconTrash size={16} />
          </ActionIcon>
        </Group>
      </Stack>
    </Paper>
  );
}
