import { expect, test } from "vitest";
import { deskEn } from "../../src/i18n/en_desk";
import { deskFr } from "../../src/i18n/fr_desk";

/** Every sentence with its path; functions are left to the types. */
function sentences(value: unknown, path: string): [string, string][] {
  if (typeof value === "string") return [[path, value]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => sentences(inner, `${path}.${key}`));
}

test("the console has the same sentences in both languages, also where the types allow any key", () => {
  const paths = (messages: unknown): string[] => sentences(messages, "").map(([path]) => path);
  expect(paths(deskEn).sort()).toEqual(paths(deskFr).sort());
});

test("French keeps double punctuation with its word", () => {
  const loose = sentences(deskFr, "").filter(([, text]) => / [?!:;»]/.test(text) || /« /.test(text));
  expect(loose).toEqual([]);
});
