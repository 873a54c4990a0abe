import { computed, signal } from "@preact/signals";
import { fr, type HelpMessages } from "./fr";

export type { HelpMessages };

/** The languages of the help, each in its own words. */
export const LANGUAGES = { fr: "Français", en: "English", ar: "العربية" } as const;
export type HelpLanguage = keyof typeof LANGUAGES;

const KEY = "help:language";
const loaded = signal<HelpMessages>(fr);

/** The sentences of the chosen language. */
export const h = computed(() => loaded.value);

export function isLanguage(value: string): value is HelpLanguage {
  return value in LANGUAGES;
}

async function fetched(language: HelpLanguage): Promise<HelpMessages> {
  switch (language) {
    case "fr":
      return fr;
    case "en":
      return (await import("./en")).en;
    case "ar":
      return (await import("./ar")).ar;
  }
}

/** Speaks `language` from now on; `chosen` by the person, so that it is kept. */
export async function speak(language: HelpLanguage, chosen = false): Promise<void> {
  loaded.value = await fetched(language);
  document.documentElement.lang = loaded.value.language;
  document.documentElement.dir = loaded.value.dir;
  if (!chosen) return;
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // Storage is closed: the choice lasts as long as the page.
  }
}

/** What was chosen before, else what the host page asks for, else what the browser prefers. */
export function firstLanguage(asked: string): HelpLanguage {
  let chosen = "";
  try {
    chosen = localStorage.getItem(KEY) ?? "";
  } catch {
    // As if nothing had been chosen.
  }
  const wished = [chosen, asked, ...navigator.languages].map((one) => one.slice(0, 2));
  return wished.find(isLanguage) ?? "fr";
}

/** The sentence for an error code. */
export function sentence(code: string): string {
  return h.value.codes[code] ?? h.value.codes["other"] ?? "";
}
