import { beforeEach, expect, test } from "vitest";
import { type Entry, Outbox, type Shelf } from "../../src/protocol/outbox";
import { Refusal } from "../../src/protocol/refusal";
import type { ClientCommand } from "../../src/wire/messages.gen";
import { ManualClock, settle } from "./manual_clock";

class MapShelf implements Shelf {
  readonly saved = new Map<string, string>();
  load(): Entry[] {
    return [...this.saved.values()].map((text) => JSON.parse(text) as Entry);
  }
  put(entry: Entry): void {
    this.saved.set(entry.id, JSON.stringify(entry));
  }
  remove(id: string): void {
    this.saved.delete(id);
  }
}

let clock: ManualClock;
let shelf: MapShelf;
let sent: string[];
let answer: () => Promise<unknown>;

function say(id: string): ClientCommand {
  return { type: "lesson.say", lesson: "l", client_id: id, text: id };
}

function open(): Outbox {
  return new Outbox({
    clock,
    random: () => 1,
    shelf,
    send: (command) => {
      if (command.type === "lesson.say") sent.push(command.client_id);
      return answer();
    },
    changed: () => undefined,
  });
}

const states = (outbox: Outbox): string[] => outbox.list().map((entry) => `${entry.id} ${entry.state}`);

beforeEach(() => {
  clock = new ManualClock();
  shelf = new MapShelf();
  sent = [];
  answer = () => Promise.resolve({});
});

test("entries of a lane go one after the other, in order", async () => {
  const release: (() => void)[] = [];
  answer = () => new Promise((resolve) => release.push(() => resolve({})));
  const outbox = open();
  outbox.add("a", "log", say("a"));
  outbox.add("b", "log", say("b"));
  outbox.add("c", "other", say("c"));
  expect(sent).toEqual(["a", "c"]);
  release[0]?.();
  await settle();
  expect(sent).toEqual(["a", "c", "b"]);
});

test("what was not acknowledged survives a reload and is sent with the same id", async () => {
  answer = () => new Promise(() => undefined);
  open().add("a", "log", say("a"));
  answer = () => Promise.resolve({});
  const again = open();
  expect(states(again)).toEqual(["a waiting"]);
  again.kick();
  await settle();
  expect(sent).toEqual(["a", "a"]);
  expect(states(again)).toEqual(["a sent"]);
  expect(open().list()).toEqual([]);
});

test("an absent server is tried again, a refusal is not", async () => {
  const outbox = open();
  answer = () => Promise.reject(new Refusal("timeout"));
  outbox.add("a", "log", say("a"));
  await settle();
  expect(states(outbox)).toEqual(["a waiting"]);
  answer = () => Promise.reject(new Refusal("forbidden"));
  await clock.advance(1_000);
  expect(states(outbox)).toEqual(["a failed"]);
  expect(outbox.list()[0]?.code).toBe("forbidden");
  await clock.advance(60_000);
  expect(sent).toEqual(["a", "a"]);
});

test("a failed act stays over a reload until its author tries again or gives it up", async () => {
  answer = () => Promise.reject(new Refusal("too_large"));
  open().add("a", "log", say("a"));
  await settle();
  const again = open();
  again.kick();
  expect(states(again)).toEqual(["a failed"]);
  answer = () => Promise.resolve({});
  again.retry("a");
  await settle();
  expect(states(again)).toEqual(["a sent"]);
  again.remove("a");
  expect(again.list()).toEqual([]);
});

test("a failed act does not hold up those behind it", async () => {
  const outbox = open();
  answer = () => Promise.reject(new Refusal("too_large"));
  outbox.add("a", "log", say("a"));
  await settle();
  answer = () => Promise.resolve({});
  outbox.add("b", "log", say("b"));
  await settle();
  expect(states(outbox)).toEqual(["a failed", "b sent"]);
});

test("seen in the log before the acknowledgement: it does not come back", async () => {
  let release = (): void => undefined;
  answer = () =>
    new Promise((resolve) => {
      release = () => resolve({});
    });
  const outbox = open();
  outbox.add("a", "log", say("a"));
  outbox.remove("a");
  release();
  await settle();
  expect(outbox.list()).toEqual([]);
  expect(shelf.saved.size).toBe(0);
});

test("what follows a refused act in its lane still leaves", async () => {
  const outbox = open();
  answer = () => (sent.length === 1 ? Promise.reject(new Refusal("conflict")) : Promise.resolve({}));
  outbox.add("a", "log", say("a"));
  outbox.add("b", "log", say("b"));
  await settle();
  expect(states(outbox)).toEqual(["a failed", "b sent"]);
});
