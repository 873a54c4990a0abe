import { expect, test } from "vitest";
import { en } from "../../src/i18n/en";
import { fr } from "../../src/i18n/fr";

/** Every sentence with its path; functions are left to the types. */
function sentences(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => sentences(inner, `${path}.${key}`));
}

test("both languages have the same sentences, also where the types allow any key", () => {
  const paths = (messages: unknown): string[] => sentences(messages, "").map(([path]) => path);
  expect(paths(en).sort()).toEqual(paths(fr).sort());
});

test("French keeps double punctuation with its word", () => {
  const loose = sentences(fr, "").filter(([, text]) => / [?!:;»]/.test(text) || /« /.test(text));
  expect(loose).toEqual([]);
});

test("numbers take the form of their language", () => {
  expect(fr.pupil.knows(0)).toBe("0 leçon ensemble");
  expect(fr.pupil.knows(2)).toBe("2 leçons ensemble");
  expect(en.pupil.knows(0)).toBe("0 lessons together");
  expect(en.pupil.knows(1)).toBe("1 lesson together");
  expect(fr.list(["Jeanne", "Paul", "Monique"])).toBe("Jeanne, Paul et Monique");
});
