import type { ComponentChildren } from "preact";

/** A sentence that the person should see, with at most one thing to do. */
export function Notice(props: {
  tone?: "info" | "warn" | "bad";
  children: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="notice" data-tone={props.tone ?? "info"}>
      <p>{props.children}</p>
      {props.action}
    </div>
  );
}
