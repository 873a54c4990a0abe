import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";

/** A native modal dialog: the browser keeps the focus inside, Escape closes, the focus goes back by itself. */
export function Dialog(props: {
  title: string;
  onClose: () => void;
  wide?: boolean;
  children: ComponentChildren;
}) {
  const element = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => {
    const dialog = element.current;
    if (dialog && !dialog.open) dialog.showModal();
    return () => dialog?.close();
  }, []);
  return (
    <dialog
      ref={element}
      class="dialog"
      data-wide={props.wide}
      aria-labelledby={title}
      onClose={props.onClose}
    >
      <h2 id={title}>{props.title}</h2>
      {props.children}
    </dialog>
  );
}
