import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { kept } from "../../state/kept";

/** What is being written in a conversation; it survives a reload. */
export function useDraft(conversation: string): { text: Signal<string>; write: (text: string) => void } {
  const shelf = `draft:${conversation}`;
  const text = useSignal(kept.read(shelf));
  useEffect(() => {
    text.value = kept.read(shelf);
  }, [conversation]);
  return {
    text,
    write: (next) => {
      text.value = next;
      kept.write(shelf, next);
    },
  };
}
