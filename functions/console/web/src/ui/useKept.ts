import { useState } from "react";

/** The last value that there was, for what is still seen while it closes. */
export function useKept<T>(value: T | undefined): T | undefined {
  const [kept, keep] = useState(value);
  if (value !== undefined && value !== kept) {
    keep(value);
  }
  return value ?? kept;
}
