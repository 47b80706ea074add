import { Skeleton, Stack } from "@mantine/core";

/** Holds the place of a page that is being loaded. */
export function PageSkeleton() {
  return (
    <Stack gap="lg" role="status" aria-busy="true" aria-label="Loading">
      <Skeleton height={34} width={220} />
      <Skeleton height={120} />
      <Skeleton height={320} />
    </Stack>
  );
}
