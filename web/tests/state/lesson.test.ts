import { expect, test } from "vitest";
import type { Entry } from "../../src/protocol/outbox";
import { linesOf } from "../../src/state/lesson";
import type { LogEvent } from "../../src/wire/messages.gen";

function event(seq: number, kind: string, payload: Record<string, unknown>, author = ""): LogEvent {
  return { seq, kind, payload, author, at: seq, client_id: author ? `id${seq}` : "" };
}

function entry(id: string, state: Entry["state"]): Entry {
  const command = { type: "lesson.say", lesson: "l", client_id: id, text: `text of ${id}` } as const;
  return { id, lane: "lesson:l", command, at: 5_000, state };
}

test("the talk in the order of the log, then what is on its way", () => {
  const events = [
    event(1, "began", {}),
    event(2, "said", { text: "a" }, "me"),
    event(3, "said", { text: "b" }, "you"),
  ];
  const lines = linesOf(events, [entry("x", "waiting"), entry("y", "failed")], "me");
  expect(lines.map((line) => [line.event, line.text, line.mine, line.state])).toEqual([
    ["began", "", false, "there"],
    ["said", "a", true, "there"],
    ["said", "b", false, "there"],
    ["said", "text of x", true, "waiting"],
    ["said", "text of y", true, "failed"],
  ]);
});

test("what is in the log is not shown a second time from the outbox", () => {
  const lines = linesOf([event(1, "said", { text: "a" }, "me")], [entry("id1", "sent")], "me");
  expect(lines).toHaveLength(1);
  expect(lines[0]?.state).toBe("there");
});

test("events of a newer server are left out", () => {
  expect(linesOf([event(1, "danced", {}), event(2, "ended", {})], [], "me")).toEqual([]);
});
