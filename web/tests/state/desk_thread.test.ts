import { signal } from "@preact/signals";
import { beforeEach, expect, test, vi } from "vitest";
import { Feeds } from "../../src/protocol/feeds";
import type { Link } from "../../src/protocol/link";
import { type Entry, Outbox } from "../../src/protocol/outbox";
import { Refusal } from "../../src/protocol/refusal";
import type { Thread } from "../../src/state/desk_thread";
import type { Session } from "../../src/state/session";
import type { ClientCommand, ConversationView, LogEvent } from "../../src/wire/messages.gen";
import { ManualClock, settle } from "../protocol/manual_clock";

const kept = new Map<string, string>();
vi.stubGlobal("document", { visibilityState: "visible", addEventListener: () => undefined });
vi.stubGlobal("location", { origin: "http://here" });
vi.stubGlobal("localStorage", {
  getItem: (key: string) => kept.get(key) ?? null,
  setItem: (key: string, value: string) => kept.set(key, value),
  removeItem: (key: string) => kept.delete(key),
});
const { openThread } = await import("../../src/state/desk_thread");

const VIEW: ConversationView = {
  conversation: "c",
  number: "4821-7730",
  log_id: "talk",
  after: 0,
  desk_log: "desk",
  me: "me",
  role: "agent",
  state: "open",
  version: 3,
  topic: "t",
  topic_name: "Aides",
  language: "fr",
  page_title: "",
  page_url: "",
  created_at: 0,
  agent: "me",
  people: Object.fromEntries(
    [
      ["paul", "citizen"],
      ["me", "agent"],
      ["karim", "agent"],
    ].map(([id, role]) => [
      id,
      {
        name: id,
        role,
        presence: "here",
        delivered: 0,
        read: 0,
        may_send: false,
        invited: false,
        left: false,
      },
    ]),
  ) as ConversationView["people"],
  later: false,
  call: "",
  call_by: "",
  documents: {},
  rating: 0,
  follows: "",
  former: {},
};

let sent: ClientCommand[];
let answer: (command: ClientCommand) => Promise<unknown>;
let feeds: Feeds;

function openSession(): Session {
  const entries = signal<readonly Entry[]>([]);
  feeds = new Feeds();
  const outbox = new Outbox({
    clock: new ManualClock(),
    random: () => 1,
    shelf: { load: () => [], put: () => undefined, remove: () => undefined },
    send: (command) => {
      sent.push(command);
      return answer(command);
    },
    changed: (list) => (entries.value = list),
  });
  const send = (command: ClientCommand): Promise<unknown> => {
    sent.push(command);
    return Promise.resolve({});
  };
  const link = signal<Link>("live");
  return {
    login: "x",
    credentials: { login: "x" },
    link,
    entries,
    feeds,
    outbox,
    send,
  } as unknown as Session;
}

function open(): Thread {
  const thread = openThread(openSession(), "c", "me");
  feeds.receive({ type: "view.snapshot", view: "conversation:c", version: "1", data: VIEW });
  return thread;
}

function says(seq: number, author: string, text: string, clientId = `id${seq}`): void {
  const event: LogEvent = { seq, kind: "message", payload: { text }, author, at: seq, client_id: clientId };
  feeds.receive({ type: "log.events", log_id: "talk", events: [event] });
}

const of = <T extends ClientCommand["type"]>(type: T): Extract<ClientCommand, { type: T }>[] =>
  sent.filter((one): one is Extract<ClientCommand, { type: T }> => one.type === type);
const shown = (thread: Thread): string[] =>
  thread.talk.value.map((line) => `${String(line.payload["text"])} ${line.state}`);

beforeEach(() => {
  kept.clear();
  sent = [];
  answer = () => Promise.resolve({ seq: 9, at: 9 });
});

test("an answer is on the screen at once, carries what was seen, and is shown once", async () => {
  const thread = open();
  says(1, "paul", "Bonsoir");
  thread.write("Bonsoir Monsieur");
  expect(thread.send()).toBe(true);
  expect(shown(thread)).toEqual(["Bonsoir there", "Bonsoir Monsieur waiting"]);
  const [command] = of("conversation.send");
  expect(command?.seen).toBe(1);
  await settle();
  says(2, "me", "Bonsoir Monsieur", command?.client_id);
  expect(shown(thread)).toEqual(["Bonsoir there", "Bonsoir Monsieur there"]);
  thread.close();
});

test("when a colleague answered after the draft was begun, it leaves only when one insists", () => {
  const thread = open();
  says(1, "paul", "Bonsoir");
  thread.write("Je regarde");
  says(2, "karim", "Je m’en occupe");
  expect(thread.meanwhile.value).toBe("karim");
  expect(thread.send()).toBe(false);
  expect(of("conversation.send")).toEqual([]);
  expect(thread.send(true)).toBe(true);
  expect(of("conversation.send")[0]?.seen).toBe(2);
  thread.close();
});

test("a refused stale answer keeps its text: sent anyway as a new act, or back under the pen", async () => {
  const thread = open();
  answer = () => Promise.reject(new Refusal("stale"));
  thread.write("Premier");
  thread.send();
  thread.write("Second");
  thread.send();
  await settle();
  const [first, second] = thread.talk.value;
  expect([first?.code, second?.code]).toEqual(["stale", "stale"]);
  answer = () => Promise.resolve({ seq: 2, at: 2 });
  if (first) thread.sendAnyway(first);
  if (second) thread.takeBack(second);
  await settle();
  const texts = of("conversation.send").map((command) => command.text);
  expect(texts).toEqual(["Premier", "Second", "Premier"]);
  expect(new Set(of("conversation.send").map((command) => command.client_id)).size).toBe(3);
  expect(thread.draft.text.value).toBe("Second");
  thread.close();
});

test("a note goes to the desk, never to the citizen", async () => {
  const thread = open();
  thread.noteDraft.text.value = "Vérifier la convention";
  thread.note();
  await settle();
  expect(of("desk.note")[0]?.text).toBe("Vérifier la convention");
  expect(of("conversation.send")).toEqual([]);
  expect(thread.talk.value).toEqual([]);
  expect(thread.notes.value).toHaveLength(1);
  thread.close();
});

test("drafts and their base survive a reload; an empty one leaves nothing", () => {
  const before = open();
  says(1, "paul", "Bonsoir");
  before.write("Je regarde");
  before.noteDraft.text.value = "note";
  before.close();
  const after = open();
  expect(after.draft.text.value).toBe("Je regarde");
  expect(after.noteDraft.text.value).toBe("note");
  says(1, "paul", "Bonsoir");
  says(2, "karim", "Entre-temps");
  expect(after.meanwhile.value).toBe("karim");
  after.write("");
  after.noteDraft.text.value = "";
  expect([...kept.keys()].filter((key) => /^(draft|note):/.test(key))).toEqual([]);
  after.close();
});

test("what is here is told; what is read only while it is on the screen", async () => {
  const thread = open();
  says(1, "paul", "Bonsoir");
  await settle();
  expect(of("conversation.mark").at(-1)).toMatchObject({ delivered: 1, read: 0 });
  thread.show(true);
  await settle();
  expect(of("conversation.mark").at(-1)).toMatchObject({ delivered: 1, read: 1 });
  expect(of("writing.viewing").at(-1)?.viewing).toBe(true);
  thread.show(false);
  await settle();
  expect(of("writing.viewing").at(-1)?.viewing).toBe(false);
  thread.close();
});
