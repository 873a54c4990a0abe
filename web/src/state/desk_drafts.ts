import { effect, type Signal, signal } from "@preact/signals";
import { forget, recall, remember } from "./storage";

/** A text that is being written: it outlives the page. */
export interface Draft {
  readonly text: Signal<string>;
  /** Last seq on the screen when the text was begun. */
  readonly base: Signal<number>;
  /** Stops keeping it; what was kept stays. */
  stop(): void;
}

interface Kept {
  readonly text: string;
  readonly base: number;
}

/** What was kept; nothing when it cannot be read. */
export function keptDraft(saved: string): Kept {
  try {
    const kept = JSON.parse(saved) as Partial<Kept>;
    return { text: kept.text ?? "", base: kept.base ?? 0 };
  } catch {
    return { text: "", base: 0 };
  }
}

export function openDraft(key: string): Draft {
  const kept = keptDraft(recall(key));
  const text = signal(kept.text);
  const base = signal(kept.base);
  const stop = effect(() => {
    if (text.value) remember(key, JSON.stringify({ text: text.value, base: base.value }));
    else forget(key);
  });
  return { text, base, stop };
}
