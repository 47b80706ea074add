import { Select } from "@mantine/core";
import { IconFolder } from "@tabler/icons-react";
import { usePaymentProjects } from "../api/queries";
import { useScope } from "./scope";

const all = "all";

export function ProjectPicker() {
  const { project, setProject } = useScope();
  const { data } = usePaymentProjects();
  return (
    <Select
      aria-label="Project"
      size="sm"
      leftSection={<IconFolder size={16} aria-hidden="true" />}
      value={project ?? all}
      onChange={(value) => setProject(value === null || value === all ? undefined : value)}
      allowDeselect={false}
      searchable={(data?.projects.length ?? 0) > 8}
      nothingFoundMessage="No project has that name"
      comboboxProps={{ withinPortal: true }}
      data={[
        { value: all, label: "All projects" },
        ...(data?.projects ?? []).map((p) => ({ value: p.id, label: p.name })),
      ]}
    />
  );
}
