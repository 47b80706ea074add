import type { ReactNode } from "react";
import classes from "./Details.module.css";

/** Names and values, one a line. Those without a value are left out. */
export function Details({ of }: { of: [name: string, value: ReactNode][] }) {
  return (
    <dl className={classes.list}>
      {of
        .filter(([, value]) => value !== null && value !== undefined && value !== false && value !== "")
        .map(([name, value]) => (
          <div key={name} className={classes.line}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}
