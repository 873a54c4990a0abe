import { beforeEach, expect, test } from "vitest";
import type { ChannelEvents } from "../../src/protocol/channel";
import { Connection } from "../../src/protocol/connection";
import { Feeds } from "../../src/protocol/feeds";
import { type Link, type LinkEvent, nextLink, TABLE } from "../../src/protocol/link";
import { Refusal } from "../../src/protocol/refusal";
import type { ClientCommand, Feed, FeedAnswer } from "../../src/wire/messages.gen";
import { ManualClock, settle } from "./manual_clock";

let clock: ManualClock;
let socket: ChannelEvents;
let opened: number;
let overSocket: ClientCommand[];
let overHttp: ClientCommand[];
let polls: Feed[];
let poll: (signal: AbortSignal) => Promise<FeedAnswer>;
let links: Link[];
let feeds: Feeds;
let reachable: number;
/** Commands that the server takes over the socket before it finds them too many. */
let rate: number;
const TOO_MANY = { error: { code: "too_many", text: "" } } as const;

function connect(): Connection {
  const connection = new Connection({
    clock,
    random: () => 1,
    feeds,
    channel: (events) => {
      socket = events;
      return {
        open: () => {
          opened += 1;
        },
        close: () => undefined,
        send: (command) => {
          overSocket.push(command);
          return Promise.resolve(overSocket.length > rate ? TOO_MANY : { ok: {} });
        },
      };
    },
    http: {
      command: (command) => {
        overHttp.push(command);
        return Promise.resolve({ error: { code: "taken", text: "" } });
      },
      feed: (feed, _timeout, signal) => {
        polls.push(feed);
        return poll(signal);
      },
    },
    onTime: () => undefined,
    onLink: (link) => links.push(link),
    onReachable: () => {
      reachable += 1;
    },
  });
  connection.start();
  return connection;
}

beforeEach(() => {
  clock = new ManualClock();
  feeds = new Feeds();
  [opened, reachable, rate] = [0, 0, Infinity];
  [overSocket, overHttp, polls, links] = [[], [], [], []];
  poll = () => Promise.reject(new Refusal("offline"));
});

const held = (signal: AbortSignal): Promise<FeedAnswer> =>
  new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));

test("an open socket is live, and everything is opened again on it", () => {
  feeds.openView("classroom", { data: () => undefined, ended: () => undefined });
  connect();
  socket.opened();
  expect(links).toEqual(["live"]);
  expect(reachable).toBe(1);
  expect(overSocket).toContainEqual({ type: "view.open", view: "classroom" });
  expect(overSocket).toContainEqual({ type: "presence.set", visible: true });
});

test("a lost socket is opened again, each time a little later, for ever", async () => {
  connect();
  socket.opened();
  const pauses: number[] = [];
  for (let attempt = 0; attempt < 8; attempt += 1) {
    const before = opened;
    const since = clock.now();
    socket.closed();
    while (opened === before) await clock.advance(100);
    pauses.push(clock.now() - since);
  }
  expect(pauses).toEqual([400, 800, 1600, 3200, 6400, 12_800, 15_000, 15_000]);
  socket.opened();
  expect(links).toEqual(["live", "lost", "live"]);
});

test("where no socket opens within six seconds plain HTTP takes over, and gives back", async () => {
  feeds.openView("classroom", { data: () => undefined, ended: () => undefined });
  const connection = connect();
  poll = (signal) => (polls.length > 1 ? held(signal) : Promise.resolve({ messages: [], now: 1 }));
  await clock.advance(5_900);
  expect(polls).toEqual([]);
  await clock.advance(200);
  await settle();
  expect(links).toEqual(["http"]);
  expect(reachable).toBe(1);
  expect(polls[0]).toEqual({ views: { classroom: "" }, logs: {}, visible: true, wait: 0 });
  await expect(connection.send({ type: "call.accept", call: "c" })).rejects.toMatchObject({ code: "taken" });
  expect(overHttp).toEqual([{ type: "call.accept", call: "c" }]);
  socket.opened();
  expect(links).toEqual(["http", "live"]);
  const before = polls.length;
  await clock.advance(40_000);
  expect(polls).toHaveLength(before);
});

test("over HTTP another feed is asked for at once", async () => {
  connect();
  poll = (signal) => (polls.length > 1 ? held(signal) : Promise.resolve({ messages: [], now: 1 }));
  await clock.advance(6_100);
  const before = polls.length;
  feeds.openLog("L", { events: () => undefined, ended: () => undefined });
  await settle();
  expect(polls.length).toBe(before + 1);
  expect(polls.at(-1)?.logs).toEqual({ L: 0 });
});

test("neither works: lost, and commands are refused as offline", async () => {
  const connection = connect();
  await clock.advance(10_000);
  expect(links).toEqual(["lost"]);
  await expect(connection.send({ type: "call.accept", call: "c" })).rejects.toMatchObject({
    code: "offline",
  });
});

test("a connection on which nothing comes for 50 s is dead", async () => {
  connect();
  socket.opened();
  await clock.advance(40_000);
  socket.message({ type: "heartbeat", logs: {}, views: {}, now: 1 });
  await clock.advance(40_000);
  expect(links).toEqual(["live"]);
  await clock.advance(11_000);
  expect(links.at(-1)).toBe("lost");
});

test("the end of the login ends every attempt", async () => {
  connect();
  socket.opened();
  socket.message({ type: "login.ended", code: "not_signed_in" });
  const before = opened;
  await clock.advance(120_000);
  expect(links).toEqual(["live", "ended"]);
  expect(opened).toBe(before);
});

test("the browser says online: tried at once; shown again while live: opened again", async () => {
  const connection = connect();
  socket.closed();
  const before = opened;
  connection.nudge();
  expect(opened).toBe(before + 1);
  socket.opened();
  feeds.openLog("L", { events: () => undefined, ended: () => undefined });
  await settle();
  overSocket = [];
  connection.nudge();
  expect(overSocket).toEqual([{ type: "log.open", log_id: "L", after: 0 }]);
});

test("the table leaves ended never, and every state but it can become live again", () => {
  const events: LinkEvent[] = [
    "socket_opened",
    "socket_closed",
    "http_answered",
    "http_failed",
    "login_ended",
  ];
  for (const event of events) expect(nextLink("ended", event)).toBe("ended");
  for (const link of Object.keys(TABLE) as Link[]) {
    if (link === "ended" || link === "live") continue;
    expect(nextLink(link, "socket_opened")).toBe("live");
  }
});

test("feeds that pass the server's rate are asked for again a second later, not at the next heartbeat", async () => {
  for (const name of ["a", "b"]) feeds.openView(name, { data: () => undefined, ended: () => undefined });
  connect();
  rate = 2;
  socket.opened();
  await settle();
  const asked = (): string[] => overSocket.flatMap((one) => (one.type === "view.open" ? [one.view] : []));
  expect(asked()).toEqual(["a", "b"]);
  rate = Infinity;
  await clock.advance(1_000);
  expect(asked()).toEqual(["a", "b", "b"]);
  await clock.advance(5_000);
  expect(asked()).toHaveLength(3);
});
