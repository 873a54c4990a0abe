import { expect, test } from "vitest";
import type { Entry } from "../../src/protocol/outbox";
import { answeredMeanwhile, documentsOf, notesOf, reached, talkOf } from "../../src/state/desk_lines";
import type { LogEvent, ParticipantRow } from "../../src/wire/messages.gen";

function event(seq: number, kind: string, payload: Record<string, unknown> = {}, author = ""): LogEvent {
  return { seq, kind, payload, author, at: seq, client_id: author ? `id${seq}` : "" };
}

function answer(id: string, state: Entry["state"], code?: Entry["code"]): Entry {
  const command = { type: "conversation.send", conversation: "c", client_id: id, text: id, seen: 1 } as const;
  const entry = { id, lane: "conversation:c", command, at: 5_000, state };
  return code ? { ...entry, code } : entry;
}

function note(id: string): Entry {
  const command = { type: "desk.note", conversation: "c", client_id: id, text: id } as const;
  return { id, lane: "conversation:c:notes", command, at: 5_000, state: "waiting" };
}

function person(role: string, change: Partial<ParticipantRow> = {}): ParticipantRow {
  return {
    name: role,
    role,
    presence: "here",
    delivered: 0,
    read: 0,
    may_send: false,
    invited: false,
    left: false,
    ...change,
  };
}

const PEOPLE = {
  paul: person("citizen", { delivered: 4, read: 3 }),
  me: person("agent"),
  karim: person("agent"),
};

test("the talk in the order of the log, then what is on its way, each once", () => {
  const events = [
    event(1, "started"),
    event(2, "message", { text: "a" }, "paul"),
    event(3, "message", { text: "b" }, "me"),
  ];
  const lines = talkOf(events, [answer("id3", "sent"), answer("x", "failed", "conflict"), note("n")], "me");
  expect(lines.map((line) => [line.kind, line.seq, line.state])).toEqual([
    ["started", 1, "there"],
    ["message", 2, "there"],
    ["message", 3, "there"],
    ["message", 0, "failed"],
  ]);
  expect(lines.at(-1)?.code).toBe("conflict");
});

test("a note never shows in the talk, an answer never among the notes", () => {
  const entries = [answer("x", "waiting"), note("n")];
  expect(talkOf([], entries, "me").map((line) => line.key)).toEqual(["x"]);
  expect(notesOf([], entries, "me").map((line) => line.key)).toEqual(["n"]);
});

test("events of a newer server are left out", () => {
  expect(talkOf([event(1, "danced")], [], "me")).toEqual([]);
});

test("sent, received and read follow the citizen's watermarks, not a colleague's", () => {
  expect([3, 4, 5].map((seq) => reached(seq, PEOPLE))).toEqual(["read", "delivered", "sent"]);
  expect(reached(3, { karim: person("agent", { read: 9, delivered: 9 }) })).toBe("sent");
});

test("a colleague's answer after the draft was begun is noticed; mine, the citizen's and older ones are not", () => {
  const events = [
    event(1, "message", {}, "karim"),
    event(2, "message", {}, "paul"),
    event(3, "message", {}, "me"),
    event(4, "agent_back", {}, "karim"),
  ];
  expect(answeredMeanwhile(events, PEOPLE, "me", 1)).toBe("");
  expect(answeredMeanwhile(events, PEOPLE, "me", 0)).toBe("karim");
  expect(answeredMeanwhile([...events, event(5, "message", {}, "karim")], PEOPLE, "me", 4)).toBe("karim");
});

test("documents, the latest first", () => {
  const events = [
    event(1, "document", { file: "a", name: "bail.pdf", size: 10, content_type: "application/pdf" }, "paul"),
    event(2, "message", { text: "voilà" }, "paul"),
    event(3, "document", { file: "b", name: "photo.jpg", size: 20, content_type: "image/jpeg" }, "paul"),
  ];
  expect(documentsOf(events).map((one) => [one.file, one.seq, one.size])).toEqual([
    ["b", 3, 20],
    ["a", 1, 10],
  ]);
});
