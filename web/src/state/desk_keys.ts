/** What the keyboard can do at the desk. */
export type DeskAct =
  | "next"
  | "previous"
  | "take"
  | "reply"
  | "note"
  | "macros"
  | "transfer"
  | "snooze"
  | "close"
  | "call"
  | "pause"
  | "help";

/** One key for each act: alone outside fields, with Alt anywhere. */
export const KEYS: Readonly<Record<DeskAct, string>> = {
  next: "j",
  previous: "k",
  take: "p",
  reply: "r",
  note: "n",
  macros: "/",
  transfer: "t",
  snooze: "s",
  close: "e",
  call: "v",
  pause: "q",
  help: "?",
};

export interface Pressed {
  readonly key: string;
  /** Of the key itself: on a Mac, Alt changes what is typed. */
  readonly code: string;
  readonly alt: boolean;
  readonly control: boolean;
  readonly meta: boolean;
  /** The focus is in a field, where letters are text. */
  readonly inField: boolean;
}

const WITH_ALT: ReadonlyMap<string, DeskAct> = new Map([
  ["arrowdown", "next"],
  ["arrowup", "previous"],
]);
const BY_KEY = new Map(Object.entries(KEYS).map(([act, key]) => [key, act as DeskAct]));

/** The act of a key; undefined when it means nothing, or when shortcuts are off. Ctrl+K always opens the prepared answers. */
export function actOf(pressed: Pressed, on: boolean): DeskAct | undefined {
  const key = pressed.key.toLowerCase();
  // Ctrl+Alt is AltGr: it types characters.
  if (pressed.control || pressed.meta) return key === "k" && !pressed.alt ? "macros" : undefined;
  if (!on) return undefined;
  if (pressed.alt) return WITH_ALT.get(key) ?? BY_KEY.get(key) ?? BY_KEY.get(letterOf(pressed.code));
  return pressed.inField ? undefined : BY_KEY.get(key);
}

function letterOf(code: string): string {
  return code.startsWith("Key") ? code.slice(3).toLowerCase() : "";
}
