import { expect, test } from "vitest";
import { keptDraft } from "../../src/state/desk_drafts";
import { actOf, KEYS, type Pressed } from "../../src/state/desk_keys";
import { findMacros, searchedIn } from "../../src/state/desk_macros";
import { chosenTime, fieldTime, snoozeChoices } from "../../src/state/desk_times";

const MACROS = {
  a: { title: "Quittance de loyer", text: "Il nous faut la dernière quittance.", topic: "logement" },
  b: { title: "École : pièces", text: "Le carnet de santé et un justificatif.", topic: "ecole" },
  c: { title: "Bonjour", text: "Bonjour, parlons de votre loyer.", topic: "" },
};
const found = (search: string, topic = ""): string[] =>
  findMacros(MACROS, search, topic).map((macro) => macro.id);

test("prepared answers are found without accents, by all words, the title before the text", () => {
  expect(found("ecole")).toEqual(["b"]);
  expect(found("LOYER")).toEqual(["a", "c"]);
  expect(found("loyer bonjour")).toEqual(["c"]);
  expect(found("piscine")).toEqual([]);
});

test("without a search those of the conversation's topic come first", () => {
  expect(found("", "logement")[0]).toBe("a");
  expect(found("", "ecole")[0]).toBe("b");
  expect(found("")).toHaveLength(3);
});

test("a slash searches only at the very beginning, and on one line", () => {
  expect(searchedIn("/loy")).toBe("loy");
  expect(searchedIn("/")).toBe("");
  expect(searchedIn("et/ou")).toBeUndefined();
  expect(searchedIn("/a\nb")).toBeUndefined();
});

function press(change: Partial<Pressed>): Pressed {
  return { key: "", code: "", alt: false, control: false, meta: false, inField: false, ...change };
}

test("letters act outside fields only; with Alt anywhere", () => {
  expect(actOf(press({ key: "p" }), true)).toBe("take");
  expect(actOf(press({ key: "p", inField: true }), true)).toBeUndefined();
  expect(actOf(press({ key: "P", alt: true, inField: true }), true)).toBe("take");
  // A Mac types another character with Alt.
  expect(actOf(press({ key: "π", code: "KeyP", alt: true, inField: true }), true)).toBe("take");
  expect(actOf(press({ key: "ArrowDown", alt: true, inField: true }), true)).toBe("next");
  expect(actOf(press({ key: "?" }), true)).toBe("help");
});

test("AltGr and the browser's own shortcuts stay what they are", () => {
  expect(actOf(press({ key: "e", alt: true, control: true, inField: true }), true)).toBeUndefined();
  expect(actOf(press({ key: "r", control: true }), true)).toBeUndefined();
  expect(actOf(press({ key: "t", meta: true }), true)).toBeUndefined();
});

test("switched off, only Ctrl+K is left", () => {
  for (const key of Object.values(KEYS)) expect(actOf(press({ key }), false)).toBeUndefined();
  expect(actOf(press({ key: "k", control: true, inField: true }), false)).toBe("macros");
});

test("each act has a key of its own", () => {
  expect(new Set(Object.values(KEYS)).size).toBe(Object.keys(KEYS).length);
});

const at = (text: string): number => new Date(text).getTime() / 1000;

test("times to put aside that make sense at that hour", () => {
  const afternoon = snoozeChoices(at("2026-11-19T14:00"));
  expect(afternoon.map(([choice]) => choice)).toEqual(["hour", "evening", "morning", "monday"]);
  expect(afternoon[1]?.[1]).toBe(at("2026-11-19T18:00"));
  expect(afternoon[2]?.[1]).toBe(at("2026-11-20T08:30"));
  expect(afternoon[3]?.[1]).toBe(at("2026-11-23T08:30"));
  // Sunday evening: no "this evening", and tomorrow is Monday.
  expect(snoozeChoices(at("2026-11-22T20:00")).map(([choice]) => choice)).toEqual(["hour", "morning"]);
  expect(snoozeChoices(at("2026-11-23T08:00")).at(-1)).toEqual(["monday", at("2026-11-30T08:30")]);
});

test("a date must lie ahead, at most thirty days", () => {
  const now = at("2026-11-22T20:00");
  expect(chosenTime("2026-11-23T09:15", now)).toBe(at("2026-11-23T09:15"));
  expect(chosenTime("2026-11-22T19:00", now)).toBeUndefined();
  expect(chosenTime("2026-12-24T09:00", now)).toBeUndefined();
  expect(chosenTime("", now)).toBeUndefined();
  expect(fieldTime(at("2026-11-23T09:15"))).toBe("2026-11-23T09:15");
});

test("a kept draft comes back; what cannot be read is nothing", () => {
  expect(keptDraft(JSON.stringify({ text: "Bonsoir", base: 7 }))).toEqual({ text: "Bonsoir", base: 7 });
  expect(keptDraft("")).toEqual({ text: "", base: 0 });
  expect(keptDraft("null")).toEqual({ text: "", base: 0 });
});
