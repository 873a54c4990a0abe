import { effect, type ReadonlySignal, signal, untracked } from "@preact/signals";

/** Follows the id in `wanted` with something opened for it; the former is closed. */
export function follow<T>(
  wanted: ReadonlySignal<string>,
  open: (id: string) => T,
  close: (former: T) => void,
): ReadonlySignal<T | undefined> {
  const current = signal<T | undefined>(undefined);
  effect(() => {
    const id = wanted.value;
    untracked(() => {
      if (current.value !== undefined) close(current.value);
      current.value = id ? open(id) : undefined;
    });
  });
  return current;
}
