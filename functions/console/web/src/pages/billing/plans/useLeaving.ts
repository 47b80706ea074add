import { useEffect, useRef } from "react";
import { useBlocker } from "react-router";

/** Holds back whoever would lose what was typed; `saved` lets the next step pass. */
export function useLeaving(typed: boolean) {
  const passing = useRef(false);
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) =>
      typed &&
      !passing.current &&
      (currentLocation.pathname !== nextLocation.pathname || currentLocation.search !== nextLocation.search),
  );
  useEffect(() => {
    if (!typed) {
      return;
    }
    const warn = (event: BeforeUnloadEvent) => {
      if (!passing.current) {
        event.preventDefault();
      }
    };
    window.addEventListener("beforeunload", warn);
    return () => window.removeEventListener("beforeunload", warn);
  }, [typed]);
  return {
    asked: blocker.state === "blocked",
    stay: () => blocker.reset?.(),
    leave: () => blocker.proceed?.(),
    saved: () => {
      passing.current = true;
    },
  };
}
