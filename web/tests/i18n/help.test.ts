import { expect, test } from "vitest";
import { ar } from "../../src/i18n/help/ar";
import { en } from "../../src/i18n/help/en";
import { fr } from "../../src/i18n/help/fr";

/** Every sentence with its path; functions are left to the types. */
function sentences(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => sentences(inner, `${path}.${key}`));
}

const paths = (messages: unknown): string[] =>
  sentences(messages, "")
    .map(([path]) => path)
    .sort();

test("all three languages have the same sentences, also where the types allow any key", () => {
  expect(paths(en)).toEqual(paths(fr));
  expect(paths(ar)).toEqual(paths(fr));
});

test("French keeps double punctuation with its word", () => {
  const spoken = [
    ...sentences(fr, ""),
    ["cowriting.call", fr.talk.from("Claire", "bonjour")] as const,
    ["invite.code", fr.invite.code("Leïla")] as const,
    ["notes.started", fr.notes.started("Aide")] as const,
  ];
  expect(spoken.filter(([, text]) => / [?!:;»]/.test(text) || /« /.test(text))).toEqual([]);
});

test("hours are written as one says them", () => {
  const nine = new Date(2026, 10, 23, 9, 0).getTime() / 1000;
  expect(fr.clock(nine)).toBe("9\u00a0h");
  expect(fr.clock(nine + 65 * 60)).toBe("10\u00a0h\u00a005");
});

test("minutes take the form of their language, and are never none", () => {
  expect(fr.wait.estimateShort(20)).toContain("1 minute");
  expect(en.wait.estimate(60, 400)).toBe(
    "Usually the answer comes within 1 minute. Sometimes it takes 7 minutes.",
  );
  expect(ar.wait.estimateShort(120)).toContain("دقيقتين");
});
