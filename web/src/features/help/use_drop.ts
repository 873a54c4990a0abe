import { type ReadonlySignal, useSignal } from "@preact/signals";

/** Documents dragged onto the talk. `handlers` go on its element. */
export function useDrop(
  allowed: boolean,
  take: (files: Iterable<File>) => void,
): {
  readonly dropping: ReadonlySignal<boolean>;
  readonly handlers: {
    readonly onDragOver: (event: DragEvent) => void;
    readonly onDragLeave: () => void;
    readonly onDrop: (event: DragEvent) => void;
  };
} {
  const dropping = useSignal(false);
  return {
    dropping,
    handlers: {
      onDragOver: (event) => {
        if (!allowed || !event.dataTransfer?.types.includes("Files")) return;
        event.preventDefault();
        dropping.value = true;
      },
      onDragLeave: () => (dropping.value = false),
      onDrop: (event) => {
        dropping.value = false;
        const files = event.dataTransfer?.files;
        if (!allowed || !files?.length) return;
        event.preventDefault();
        take(files);
      },
    },
  };
}
