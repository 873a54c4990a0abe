import { beforeEach, expect, test } from "vitest";
import { Feeds } from "../../src/protocol/feeds";
import { Refusal } from "../../src/protocol/refusal";
import type { ClientCommand, LogEvent } from "../../src/wire/messages.gen";
import { settle } from "./manual_clock";

let feeds: Feeds;
let asked: ClientCommand[];
let refuse: Refusal | undefined;
let views: unknown[];
let events: number[];
let ended: string[];

function event(seq: number): LogEvent {
  return { seq, kind: "said", payload: { text: String(seq) }, author: "p", at: seq, client_id: "" };
}

function say(...seqs: number[]): void {
  feeds.receive({ type: "log.events", log_id: "L", events: seqs.map(event) });
}

beforeEach(() => {
  feeds = new Feeds();
  [asked, views, events, ended] = [[], [], [], []];
  refuse = undefined;
  feeds.attach(
    (command) => {
      asked.push(command);
      return refuse ? Promise.reject(refuse) : Promise.resolve({});
    },
    () => undefined,
  );
});

function openView(): void {
  feeds.openView("classroom", { data: (data) => views.push(data), ended: (code) => ended.push(code) });
}

function openLog(): void {
  feeds.openLog("L", {
    events: (some) => events.push(...some.map((one) => one.seq)),
    ended: (code) => ended.push(code),
  });
}

test("a snapshot and its patches give the view", () => {
  openView();
  feeds.receive({ type: "view.snapshot", view: "classroom", version: "1", data: { a: 1, b: { c: 2 } } });
  feeds.receive({
    type: "view.patch",
    view: "classroom",
    base: "1",
    version: "2",
    patch: { b: { c: 3 }, a: null },
  });
  expect(views).toEqual([{ a: 1, b: { c: 2 } }, { b: { c: 3 } }]);
  expect(feeds.held().views).toEqual({ classroom: "2" });
});

test("a patch on a version that is not held opens the view again, as a whole", () => {
  openView();
  feeds.receive({ type: "view.snapshot", view: "classroom", version: "1", data: {} });
  feeds.receive({ type: "view.patch", view: "classroom", base: "2", version: "3", patch: { a: 1 } });
  expect(views).toHaveLength(1);
  expect(asked.at(-1)).toEqual({ type: "view.open", view: "classroom" });
});

test("a repeated patch changes nothing", () => {
  openView();
  feeds.receive({ type: "view.snapshot", view: "classroom", version: "1", data: { n: 1 } });
  const patch = { type: "view.patch", view: "classroom", base: "1", version: "2", patch: { n: 2 } } as const;
  feeds.receive(patch);
  feeds.receive(patch);
  expect(views).toEqual([{ n: 1 }, { n: 2 }]);
  expect(asked).toHaveLength(1);
});

test("events are applied in order, each once, and a hole is asked for", async () => {
  openLog();
  await settle();
  say(1, 2);
  say(2, 5, 4);
  expect(events).toEqual([1, 2]);
  expect(asked.at(-1)).toEqual({ type: "log.open", log_id: "L", after: 2 });
  say(3);
  expect(events).toEqual([1, 2, 3, 4, 5]);
});

test("a hole is asked for once while the question is under way", async () => {
  openLog();
  await settle();
  asked = [];
  say(3);
  say(4);
  expect(asked).toHaveLength(1);
});

test("the heartbeat finds what was missed and what the server does not know as open", async () => {
  openView();
  openLog();
  feeds.receive({ type: "view.snapshot", view: "classroom", version: "1", data: {} });
  say(1);
  await settle();
  asked = [];
  feeds.receive({ type: "heartbeat", logs: { L: 1 }, views: { classroom: "1" }, now: 0 });
  expect(asked).toEqual([]);
  feeds.receive({ type: "heartbeat", logs: { L: 3 }, views: { classroom: "2" }, now: 0 });
  expect(asked).toEqual([
    { type: "view.open", view: "classroom", version: "1" },
    { type: "log.open", log_id: "L", after: 1 },
  ]);
  await settle();
  asked = [];
  feeds.receive({ type: "heartbeat", logs: {}, views: {}, now: 0 });
  expect(asked).toHaveLength(2);
});

test("after a reconnection everything is opened again with what is held", async () => {
  openView();
  openLog();
  feeds.receive({ type: "view.snapshot", view: "classroom", version: "7", data: {} });
  say(1, 2);
  await settle();
  asked = [];
  feeds.resync();
  expect(asked).toEqual([
    { type: "view.open", view: "classroom", version: "7" },
    { type: "log.open", log_id: "L", after: 2 },
  ]);
});

test("a refusal ends a feed, an absent server does not", async () => {
  refuse = new Refusal("unavailable");
  openView();
  await settle();
  expect(ended).toEqual([]);
  refuse = new Refusal("forbidden");
  feeds.resync();
  await settle();
  expect(ended).toEqual(["forbidden"]);
  expect(feeds.held().views).toEqual({});
});

test("what was closed is not shown any more", () => {
  openView();
  feeds.closeView("classroom");
  feeds.receive({ type: "view.snapshot", view: "classroom", version: "1", data: {} });
  expect(views).toEqual([]);
  expect(asked.at(-1)).toEqual({ type: "view.close", view: "classroom" });
});

test("a log that may be read from some point on is asked for and applied from there", () => {
  feeds.openLog(
    "L",
    { events: (some) => events.push(...some.map((one) => one.seq)), ended: () => undefined },
    7,
  );
  expect(asked).toEqual([{ type: "log.open", log_id: "L", after: 7 }]);
  expect(feeds.held().logs).toEqual({ L: 7 });
  say(8, 9);
  expect(events).toEqual([8, 9]);
  feeds.receive({ type: "heartbeat", logs: { L: 9 }, views: {}, now: 1 });
  expect(asked).toHaveLength(1);
});
