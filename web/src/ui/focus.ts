import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Puts the focus on a heading (tabIndex -1) when its screen appears, so that it is never lost. */
export function useArrival<T extends HTMLElement>(): RefObject<T | null> {
  const element = useRef<T>(null);
  useEffect(() => {
    element.current?.focus({ preventScroll: true });
  }, []);
  return element;
}
