import { SegmentedControl } from "@mantine/core";
import { type Mode, useScope } from "./scope";

export function ModeSwitch() {
  const { mode, setMode } = useScope();
  return (
    <SegmentedControl
      aria-label="Mode"
      size="sm"
      color={mode}
      value={mode}
      onChange={(value) => setMode(value as Mode)}
      data={[
        { value: "test", label: "Test" },
        { value: "live", label: "Live" },
      ]}
    />
  );
}
