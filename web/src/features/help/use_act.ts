import { type ReadonlySignal, useSignal } from "@preact/signals";
import { sentence } from "../../i18n/help";
import { codeOf } from "../../protocol/refusal";

/** Runs one thing at a time, and keeps the sentence of what went wrong. */
export function useAct(): {
  readonly busy: ReadonlySignal<boolean>;
  readonly trouble: ReadonlySignal<string>;
  readonly fail: (words: string) => void;
  readonly run: (act: () => Promise<unknown>) => void;
} {
  const busy = useSignal(false);
  const trouble = useSignal("");
  return {
    busy,
    trouble,
    fail: (words) => (trouble.value = words),
    run: (act) => {
      if (busy.peek()) return;
      busy.value = true;
      trouble.value = "";
      act()
        .catch((error: unknown) => (trouble.value = sentence(codeOf(error))))
        .finally(() => (busy.value = false));
    },
  };
}
