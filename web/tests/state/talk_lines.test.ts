import { expect, test } from "vitest";
import type { Entry } from "../../src/protocol/outbox";
import { callSteps } from "../../src/state/talk_events";
import { lastOfOthers, linesOf, type Reading, unreadAfter } from "../../src/state/talk_lines";
import type { LogEvent, ParticipantRow } from "../../src/wire/messages.gen";

function event(seq: number, kind: string, payload: Record<string, unknown>, author = ""): LogEvent {
  return { seq, kind, payload, author, at: seq * 60, client_id: `id${seq}` };
}

function person(role: string, change: Partial<ParticipantRow> = {}): ParticipantRow {
  const row = { name: role, role, presence: "here", delivered: 0, read: 0 };
  return { ...row, may_send: false, invited: false, left: false, ...change };
}

function reading(agent: Partial<ParticipantRow> = {}): Reading {
  const people = { me: person("citizen"), her: person("helper", { read: 9 }), agent: person("agent", agent) };
  return { me: "me", people, documents: { f1: "clean" } };
}

function entry(id: string, state: Entry["state"]): Entry {
  const command = {
    type: "conversation.send",
    conversation: "c",
    client_id: id,
    text: `text of ${id}`,
  } as const;
  return { id, lane: "talk:c", command, at: 90_000, state };
}

const said = (seq: number, author: string): LogEvent => event(seq, "message", { text: `${seq}` }, author);

test("how far my words have come is what the advisors' watermarks say, not the helper's", () => {
  const events = [said(1, "me"), said(2, "me"), said(3, "me"), said(4, "agent")];
  const lines = linesOf(events, [], reading({ read: 1, delivered: 2 }));
  expect(lines.map((line) => line.way)).toEqual(["read", "delivered", "sent", "there"]);
});

test("what is on its way stands last, once, and what failed says so", () => {
  const lines = linesOf(
    [said(1, "me")],
    [entry("id1", "sent"), entry("x", "sending"), entry("y", "failed")],
    reading(),
  );
  expect(lines.map((line) => [line.key, line.way])).toEqual([
    ["id1", "sent"],
    ["x", "waiting"],
    ["y", "failed"],
  ]);
});

test("a document carries what the scan says of it now", () => {
  const sent = event(
    1,
    "document",
    { file: "f1", name: "a.pdf", size: 9, content_type: "application/pdf" },
    "me",
  );
  expect(linesOf([sent], [], reading())[0]).toMatchObject({ kind: "document", name: "a.pdf", scan: "clean" });
});

test("states of the scan, unknown kinds and beginnings without a page are no lines", () => {
  const events = [
    event(1, "started", { page_title: "", page_url: "" }),
    event(2, "document_state", { file: "f1", state: "clean" }),
    event(3, "danced", {}),
    event(4, "closed", { by: "agent" }),
  ];
  expect(linesOf(events, [], reading()).map((line) => line.seq)).toEqual([4]);
});

test("unread is what others said beyond the watermark; notes are not messages", () => {
  const lines = linesOf(
    [said(1, "agent"), said(2, "me"), said(3, "her"), event(4, "closed", {})],
    [],
    reading(),
  );
  expect(lastOfOthers(lines)).toBe(3);
  expect(unreadAfter(lines, 1)).toBe(1);
  expect(unreadAfter(lines, 3)).toBe(0);
});

test("where a call stands is read from the log, so that a reload finds it", () => {
  const steps = callSteps([
    event(1, "call_proposed", { call: "a" }),
    event(2, "call_declined", { call: "a" }),
    event(3, "call_proposed", { call: "b" }),
    event(4, "call_began", { call: "b" }),
  ]);
  expect([...steps]).toEqual([
    ["a", "over"],
    ["b", "began"],
  ]);
});
