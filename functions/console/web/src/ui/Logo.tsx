import { Group, Text } from "@mantine/core";
import { Link } from "react-router";
import { useScope } from "../app/scope";

export function Logo() {
  const { link } = useScope();
  return (
    <Link to={link("/")} className="logo" aria-label="billhook, to the dashboard">
      <Group gap={8} wrap="nowrap">
        <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
          <rect width="32" height="32" rx="8" fill="#3b5bdb" />
          <path
            d="M10 7v13a6 6 0 0 0 12 0v-3l-4 3"
            fill="none"
            stroke="#fff"
            strokeWidth="3"
            strokeLinecap="round"
            strokeLinejoin="round"
          />
        </svg>
        <Text span fw={700} size="lg" lts={-0.4}>
          billhook
        </Text>
      </Group>
    </Link>
  );
}
