import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Puts the focus on a heading (tabIndex -1) when its screen appears, so that it is never lost, and shows its top. */
export function useArrival<T extends HTMLElement>(): RefObject<T | null> {
  const element = useRef<T>(null);
  useEffect(() => {
    element.current?.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }, []);
  return element;
}

/** The parents of an element, nearest first. */
function parentsOf(element: Element): Element[] {
  const parents: Element[] = [];
  for (let parent = element.parentElement; parent; parent = parent.parentElement) parents.push(parent);
  return parents;
}

/**
 * When what had the focus is taken off the page, the focus goes to the heading nearest to where it was.
 *
 * Without this a browser lets it fall to the top of the page, and who works by keyboard begins anew.
 */
export function useKeptFocus(): void {
  useEffect(() => {
    let last: Element | undefined;
    let parents: Element[] = [];
    const note = (event: FocusEvent): void => {
      if (event.target instanceof Element) {
        last = event.target;
        parents = parentsOf(last);
      }
    };
    const mend = (): void => {
      if (!last || last.isConnected || document.activeElement !== document.body) return;
      const place = parents.find((parent) => parent.isConnected && parent.querySelector("h1, h2"));
      const heading = place?.querySelector<HTMLElement>("h1, h2");
      if (!heading) return;
      heading.tabIndex = -1;
      heading.focus({ preventScroll: true });
    };
    document.addEventListener("focusin", note);
    const observer = new MutationObserver(mend);
    observer.observe(document.body, { childList: true, subtree: true });
    return () => {
      document.removeEventListener("focusin", note);
      observer.disconnect();
    };
  }, []);
}
