import { expect, test } from "vitest";
import { lineOf, mineOf, neighbour, patienceOf, unreadOf } from "../../src/state/desk_rows";
import type { DeskRow, DeskView } from "../../src/wire/messages.gen";

function row(change: Partial<DeskRow>): DeskRow {
  return {
    number: "1111-2222",
    log_id: "l",
    version: 1,
    citizen: "",
    topic: "t",
    language: "fr",
    state: "open",
    excerpt: "",
    since: 0,
    unanswered: false,
    unread: 0,
    agent: "me",
    for_me: false,
    offered: false,
    citizen_presence: "here",
    later: false,
    helper: false,
    call: "",
    ...change,
  };
}

function view(mine: Record<string, DeskRow>, line: Record<string, DeskRow> = {}, ranks = {}): DeskView {
  return {
    me: "me",
    name: "Claire",
    role: "agent",
    paused: false,
    capacity: 4,
    mine,
    line,
    ranks,
    colleagues: {},
    topics: {},
  };
}

const ids = (rows: readonly { readonly id: string }[]): string[] => rows.map((one) => one.id);

test("who waits for an answer stands above, longest wait first; then the latest", () => {
  const now = view({
    talked: row({ since: 50 }),
    earlier: row({ since: 40 }),
    fresh: row({ since: 30, unanswered: true }),
    long: row({ since: 10, unanswered: true }),
    aside: row({ state: "snoozed", snoozed_until: 99 }),
    sooner: row({ state: "snoozed", snoozed_until: 60 }),
    over: row({ state: "closed" }),
  });
  expect(ids(mineOf(now).open)).toEqual(["long", "fresh", "talked", "earlier"]);
  expect(ids(mineOf(now).snoozed)).toEqual(["sooner", "aside"]);
  expect(ids(mineOf(now).closed)).toEqual(["over"]);
});

test("the line keeps the server's order; what rings here stands apart", () => {
  const line = { a: row({}), b: row({ offered: true }), c: row({}) };
  const now = view({}, line, { c: 0, b: 1, a: 2 });
  expect(ids(lineOf(now).waiting)).toEqual(["c", "a"]);
  expect(ids(lineOf(now).offered)).toEqual(["b"]);
});

test("next and previous go round my open conversations", () => {
  const now = view({ a: row({ since: 3 }), b: row({ since: 2 }), aside: row({ state: "snoozed" }) });
  expect(neighbour(now, "a", 1)).toBe("b");
  expect(neighbour(now, "b", 1)).toBe("a");
  expect(neighbour(now, "a", -1)).toBe("b");
  expect(neighbour(now, "elsewhere", 1)).toBe("a");
  expect(neighbour(now, "elsewhere", -1)).toBe("b");
  expect(neighbour(view({}), "a", 1)).toBe("");
});

test("waiting is fresh, long after five minutes, very long after ten", () => {
  expect([0, 299, 300, 599, 600].map((seconds) => patienceOf(0, seconds))).toEqual([
    "fresh",
    "fresh",
    "long",
    "long",
    "very_long",
  ]);
});

test("unread messages of all that is mine", () => {
  expect(unreadOf(view({ a: row({ unread: 2 }), b: row({ unread: 1, state: "snoozed" }) }))).toBe(3);
});
