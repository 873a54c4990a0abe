import { signal } from "@preact/signals";
import type { ComponentType, JSX } from "preact";

/** A component that is fetched when it is first shown, or earlier by `fetch`; `waiting` stands in its place. */
export function lazily<P extends object>(
  load: () => Promise<ComponentType<P>>,
  waiting: () => JSX.Element,
): { Component: (props: P) => JSX.Element; fetch: () => void } {
  const loaded = signal<ComponentType<P> | undefined>(undefined);
  let asked = false;
  function fetch(): void {
    if (asked) return;
    asked = true;
    load().then(
      (component) => (loaded.value = component),
      // The network was away: asked again at the next render.
      () => (asked = false),
    );
  }
  function Component(props: P): JSX.Element {
    fetch();
    const Loaded = loaded.value;
    return Loaded ? <Loaded {...props} /> : waiting();
  }
  return { Component, fetch };
}
