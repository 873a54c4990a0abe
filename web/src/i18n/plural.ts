/** Picks the form of a word for a number, by the rules of the language (Intl.PluralRules). */
export function pluralizer(language: string): (count: number, one: string, other: string) => string {
  const rules = new Intl.PluralRules(language);
  return (count, one, other) => `${count} ${rules.select(count) === "one" ? one : other}`;
}

/** "Paul", "Paul et Jeanne", "Paul, Jeanne et Monique". */
export function lister(language: string): (names: readonly string[]) => string {
  const format = new Intl.ListFormat(language, { type: "conjunction" });
  return (names) => format.format(names);
}

/** Times and days as the language writes them. Seconds since 1970 in, words out. */
export function timer(language: string): {
  clock: (at: number) => string;
  day: (at: number) => string;
} {
  const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
  return { clock: (at) => clock.format(at * 1000), day: (at) => day.format(at * 1000) };
}
