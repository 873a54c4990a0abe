import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../../i18n/desk";
import { findMacros } from "../../state/desk_macros";
import type { MacrosView } from "../../wire/messages.gen";

export interface MacroPickerProps {
  macros: MacrosView;
  topic: string;
  /** What is searched in the answer's field, after "/". */
  search: string;
  /** The answer's field holds the search and keeps the focus. */
  inField: boolean;
  field: RefObject<HTMLTextAreaElement | null>;
  onPick: (text: string) => void;
  onClose: () => void;
}

/** Prepared answers (ARIA Authoring Practices: combobox with a list box). Arrows choose, Enter takes, Escape closes. */
export function MacroPicker({ macros, topic, search, inField, field, onPick, onClose }: MacroPickerProps) {
  const say = words.value.macros;
  const own = useSignal("");
  const at = useSignal(0);
  const input = useRef<HTMLInputElement>(null);
  const list = useRef<HTMLUListElement>(null);
  const asked = inField ? search : own.value;
  const found = findMacros(macros.macros, asked, topic);
  const chosen = Math.min(at.value, Math.max(0, found.length - 1));

  useEffect(() => {
    at.value = 0;
  }, [asked]);
  // Before it is painted: what is typed next goes into the search.
  useLayoutEffect(() => {
    if (!inField) input.current?.focus();
  }, []);
  useEffect(() => {
    list.current?.children[chosen]?.scrollIntoView({ block: "nearest" });
  }, [chosen]);

  function key(event: KeyboardEvent): void {
    const act = {
      ArrowDown: () => (at.value = (chosen + 1) % Math.max(1, found.length)),
      ArrowUp: () => (at.value = (chosen - 1 + found.length) % Math.max(1, found.length)),
      Enter: () => {
        const macro = found[chosen];
        if (macro) onPick(macro.text);
      },
      Escape: onClose,
    }[event.key];
    if (!act || event.isComposing) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }
  const latest = useRef(key);
  latest.current = key;
  useEffect(() => {
    const element = inField ? field.current : undefined;
    if (!element) return undefined;
    const listen = (event: KeyboardEvent): void => latest.current(event);
    element.addEventListener("keydown", listen, { capture: true });
    element.setAttribute("aria-controls", "macro-list");
    return () => {
      element.removeEventListener("keydown", listen, { capture: true });
      for (const name of ["aria-controls", "aria-activedescendant"]) element.removeAttribute(name);
    };
  }, [inField]);
  useEffect(() => {
    const target = inField ? field.current : input.current;
    if (found.length > 0) target?.setAttribute("aria-activedescendant", `macro-${chosen}`);
  }, [chosen, found.length, inField]);

  return (
    <section class="macros" aria-label={say.title}>
      {!inField && (
        <input
          ref={input}
          class="input"
          type="text"
          role="combobox"
          aria-expanded="true"
          aria-controls="macro-list"
          aria-label={say.search}
          placeholder={say.search}
          value={own.value}
          onInput={(event) => (own.value = event.currentTarget.value)}
          onKeyDown={key}
        />
      )}
      <ul id="macro-list" ref={list} role="listbox" aria-label={say.title}>
        {found.map((macro, index) => (
          // The keyboard stays in the field; the pointer chooses directly.
          <li
            key={macro.id}
            id={`macro-${index}`}
            role="option"
            aria-selected={index === chosen}
            onMouseDown={(event) => event.preventDefault()}
            onClick={() => onPick(macro.text)}
          >
            <strong>{macro.title}</strong>
            <span>{macro.text}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p class="lists-empty">{say.none}</p>}
      <p class="composer-hint">{say.hint}</p>
    </section>
  );
}
