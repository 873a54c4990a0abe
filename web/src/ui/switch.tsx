import type { ComponentChildren } from "preact";

/** On or off, at once (ARIA Authoring Practices: switch). */
export function Switch(props: {
  on: boolean;
  onChange: (on: boolean) => void;
  children: ComponentChildren;
  label?: string;
}) {
  return (
    <button
      type="button"
      class="switch"
      role="switch"
      aria-checked={props.on}
      aria-label={props.label}
      onClick={() => props.onChange(!props.on)}
    >
      <span class="switch-track" aria-hidden="true" />
      <span>{props.children}</span>
    </button>
  );
}
