import { computed, signal } from "@preact/signals";
import { fr, type Messages } from "./fr";

export type { Messages };
export type Language = "fr" | "en";

const KEY = "language";
const loaded = signal<Messages>(fr);

/** The sentences of the chosen language. */
export const t = computed(() => loaded.value);

/** Takes over the sentences of a page that has chosen its language itself. */
export function speakAs(messages: Messages): void {
  loaded.value = messages;
}

/** Chooses a language; French is built in, others are fetched. */
export async function setLanguage(language: Language): Promise<void> {
  loaded.value = language === "fr" ? fr : (await import("./en")).en;
  document.documentElement.lang = loaded.value.language;
  document.documentElement.dir = loaded.value.dir;
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Storage may be closed (private mode): the choice then lasts as long as the page.
  }
}

/** Brings back the language chosen before. */
export async function restoreLanguage(): Promise<void> {
  let saved: string | null = null;
  try {
    saved = localStorage.getItem(KEY);
  } catch {
    return;
  }
  if (saved === "en") await setLanguage("en");
}
