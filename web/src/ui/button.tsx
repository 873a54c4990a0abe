import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icons";

export interface ButtonProps {
  children: ComponentChildren;
  onClick?: (event: MouseEvent) => void;
  tone?: "primary" | "call" | "danger" | "outline" | "plain" | "quiet" | "note";
  large?: boolean;
  icon?: IconName;
  /** Under way: stays focusable, does nothing. */
  busy?: boolean;
  submit?: boolean;
  pressed?: boolean;
  expanded?: boolean;
  label?: string;
  describedBy?: string;
  class?: string;
  id?: string;
}

export function Button(props: ButtonProps) {
  const { busy = false, icon } = props;
  return (
    <button
      id={props.id}
      type={props.submit ? "submit" : "button"}
      class={`button ${props.class ?? ""}`}
      data-tone={props.tone ?? "quiet"}
      data-size={props.large ? "large" : undefined}
      aria-disabled={busy || undefined}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      aria-label={props.label}
      aria-describedby={props.describedBy}
      onClick={(event) => {
        if (busy) event.preventDefault();
        else props.onClick?.(event);
      }}
    >
      {icon && <Icon name={icon} />}
      <span>{props.children}</span>
    </button>
  );
}
