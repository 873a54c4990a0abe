import type { MacroRow } from "../wire/messages.gen";

/** A prepared answer with its id. */
export interface Macro extends MacroRow {
  readonly id: string;
}

/** Lower case without accents, so that "ecole" finds "école". */
export function plain(text: string): string {
  return text
    .normalize("NFD")
    .replace(/\p{Diacritic}/gu, "")
    .toLowerCase();
}

/** 0: not found; the beginning of the title counts most, then the title, then the text. */
function score(macro: Macro, words: readonly string[]): number {
  const title = plain(macro.title);
  const text = plain(macro.text);
  let sum = 0;
  for (const word of words) {
    if (title.startsWith(word)) sum += 4;
    else if (title.includes(word)) sum += 3;
    else if (text.includes(word)) sum += 1;
    else return 0;
  }
  return sum;
}

/** Prepared answers that hold all words of the search, best first; those of the conversation's topic before others. */
export function findMacros(
  macros: Readonly<Record<string, MacroRow>>,
  search: string,
  topic: string,
): Macro[] {
  const words = plain(search).split(/\s+/).filter(Boolean);
  const fits = (macro: Macro): number => (macro.topic === topic && topic !== "" ? 1 : 0);
  return Object.entries(macros)
    .map(([id, row]) => ({ id, ...row }))
    .filter((macro) => words.length === 0 || score(macro, words) > 0)
    .sort((a, b) => score(b, words) - score(a, words) || fits(b) - fits(a) || a.title.localeCompare(b.title));
}

/** What is being searched: the text after a "/" at its very beginning; undefined when the draft is no search. */
export function searchedIn(draft: string): string | undefined {
  return draft.startsWith("/") && !draft.includes("\n") ? draft.slice(1) : undefined;
}
