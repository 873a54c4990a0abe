import { expect, test } from "vitest";
import { readFromFrame } from "../../src/loader/messages";
import { conversationOf, invitedTo } from "../../src/state/help";
import { readFromHost } from "../../src/state/help_host";
import { Newsreader } from "../../src/state/help_news";
import { Writing } from "../../src/state/help_writing";
import type { HelpView, ThreadRow } from "../../src/wire/messages.gen";
import { ManualClock } from "../protocol/manual_clock";

test("the frame believes nothing of the host that does not fit", () => {
  const hello = {
    permanence: "hello",
    language: "fr",
    title: "Form",
    url: "https://ville.example/form",
    accent: "#123",
    onAccent: "#fff",
  };
  expect(readFromHost(hello)).toEqual(hello);
  expect(readFromHost({ ...hello, url: "https://ville.example/form?name=x" })).toMatchObject({ url: "" });
  expect(readFromHost({ ...hello, url: "javascript:alert(1)", title: 7 })).toMatchObject({
    url: "",
    title: "",
  });
  expect(readFromHost({ ...hello, title: "x".repeat(81) })).toMatchObject({ title: "" });
  expect(readFromHost({ permanence: "shown", shown: true })).toEqual({ permanence: "shown", shown: true });
  for (const other of [null, "hello", 7, {}, { permanence: "shown", shown: 1 }, { permanence: "eval" }]) {
    expect(readFromHost(other)).toBeUndefined();
  }
});

test("the host hears of the frame that it was closed and how much is unread, nothing else", () => {
  expect(readFromFrame({ permanence: "close", more: 1 })).toEqual({ permanence: "close" });
  expect(readFromFrame({ permanence: "unread", count: 2 })).toEqual({ permanence: "unread", count: 2 });
  for (const other of [
    null,
    { permanence: "unread", count: -1 },
    { permanence: "unread", count: 1e9 },
    "close",
  ]) {
    expect(readFromFrame(other)).toBeUndefined();
  }
});

function row(state: string, last_at: number): ThreadRow {
  return { number: "1", log_id: "l", topic_name: "", state, last_at, unread: false };
}

function view(conversations: Record<string, ThreadRow>): HelpView {
  return { conversations } as unknown as HelpView;
}

test("a person comes back to what is not over, unless she chose otherwise", () => {
  const mine = view({ old: row("closed", 9), a: row("waiting", 1), b: row("open", 2) });
  expect(conversationOf(mine, "")).toBe("b");
  expect(conversationOf(mine, "old")).toBe("old");
  expect(conversationOf(mine, "gone")).toBe("b");
  expect(conversationOf(mine, "-")).toBe("");
  expect(conversationOf(view({ old: row("closed", 9) }), "")).toBe("");
  expect(conversationOf(undefined, "a")).toBe("");
});

test("an invitation is not a conversation yet", () => {
  const invited = view({ a: row("invited", 1) });
  expect(conversationOf(invited, "")).toBe("");
  expect(invitedTo(invited)).toBe("a");
});

test("two messages are read out, of more their number is told", async () => {
  const clock = new ManualClock();
  const spoken: string[] = [];
  const words = {
    one: (name: string, text: string) => `${name}: ${text}`,
    many: (count: number, name: string) => `${count} from ${name}`,
  };
  const reader = new Newsreader(
    clock,
    () => words,
    (sentence) => spoken.push(sentence),
  );
  reader.add({ name: "Claire", text: "a" });
  reader.add({ name: "Claire", text: "b" });
  await clock.advance(1_000);
  for (const text of ["c", "d", "e"]) reader.add({ name: "Claire", text });
  reader.add({ name: "Karim", text: "f" });
  await clock.advance(1_000);
  expect(spoken).toEqual(["Claire: a Claire: b", "3 from Claire, 1 from Karim"]);
});

test("typing is told now and then, and that it is over; a draft as it grows, never too often", async () => {
  const clock = new ManualClock();
  const told: (boolean | string)[] = [];
  const writing = new Writing({
    clock,
    typing: (typing) => told.push(typing),
    draft: (text) => told.push(text),
  });
  writing.changed("a");
  writing.changed("ab");
  writing.changed("abc");
  await clock.advance(400);
  expect(told).toEqual(["a", true, "abc"]);
  await clock.advance(5_000);
  expect(told.at(-1)).toBe(false);
  writing.changed("");
  await clock.advance(1_000);
  expect(told.slice(-1)).toEqual([""]);
});
