import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { Icon } from "../../ui/icons";

/** What is needed rarely, behind one button: a native disclosure that Escape and a click elsewhere close. */
export function Menu({ label, children }: { label: string; children: ComponentChildren }) {
  const element = useRef<HTMLDetailsElement>(null);
  function close(): void {
    if (element.current) element.current.open = false;
  }
  return (
    <details
      ref={element}
      class="menu"
      onFocusOut={(event) => {
        if (event.relatedTarget && !element.current?.contains(event.relatedTarget as Node)) close();
      }}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        close();
        element.current?.querySelector("summary")?.focus();
      }}
    >
      <summary class="button" data-tone="outline">
        <Icon name="menu" />
        <span>{label}</span>
      </summary>
      <div class="menu-items" onClick={close}>
        {children}
      </div>
    </details>
  );
}
