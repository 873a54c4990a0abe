import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { systemClock } from "../protocol/clock";
import { Connection } from "../protocol/connection";
import { type Credentials, fetchFile } from "../protocol/credentials";
import { Feeds } from "../protocol/feeds";
import { httpCalls } from "../protocol/http_calls";
import type { Link } from "../protocol/link";
import { type Entry, Outbox } from "../protocol/outbox";
import { fileAddress, sendPhoto } from "../protocol/photos";
import { openSocketChannel } from "../protocol/socket";
import type { AnswerOf, ClientCommand } from "../wire/messages.gen";
import { shelfOf } from "./shelf";

/** One signed-in person on this page: the connection, what it feeds, and what waits to be sent. */
export interface Session {
  readonly login: string;
  readonly credentials: Credentials;
  readonly link: ReadonlySignal<Link>;
  readonly entries: ReadonlySignal<readonly Entry[]>;
  readonly feeds: Feeds;
  readonly outbox: Outbox;
  /** Server's time, Unix seconds; moves every ten seconds. */
  readonly now: ReadonlySignal<number>;
  send<C extends ClientCommand>(command: C): Promise<AnswerOf[C["type"]]>;
  /** Sends a picture; its file id. Rejects with `Refusal`. */
  sendPhoto(picture: Blob): Promise<string>;
  /** For a page with a cookie; others fetch. */
  fileAddress(file: string): string;
  /** Rejects with `Refusal`. */
  fetchFile(file: string): Promise<Blob>;
}

const TICK_MS = 10_000;

export { newClientId } from "./client_id";

/** Opens the session of a login, by its cookie or its secret, and keeps it open as long as the page lives. */
export function openSession(known: Credentials | string): Session {
  const credentials = typeof known === "string" ? { login: known } : known;
  const { login } = credentials;
  const link = signal<Link>("opening");
  const entries = signal<readonly Entry[]>([]);
  const offset = signal(0);
  const tick = signal(Date.now() / 1000);
  const now = signal(tick.value);
  const feeds = new Feeds();
  const connection = new Connection({
    clock: systemClock,
    random: Math.random,
    channel: (events) => openSocketChannel(location.origin, credentials, events),
    http: httpCalls(location.origin, credentials),
    feeds,
    onLink: (next) => {
      link.value = next;
    },
    onReachable: () => outbox.kick(),
    onTime: (server) => {
      offset.value = server - Date.now() / 1000;
    },
  });
  const outbox = new Outbox({
    clock: systemClock,
    random: Math.random,
    shelf: shelfOf(login),
    send: (command) => connection.send(command),
    changed: (list) => {
      entries.value = list;
    },
  });
  entries.value = outbox.list();
  effect(() => {
    now.value = tick.value + offset.value;
  });
  setInterval(() => {
    tick.value = Date.now() / 1000;
  }, TICK_MS);
  watchBrowser(connection);
  connection.start();
  return {
    login,
    credentials,
    link,
    entries,
    feeds,
    outbox,
    now,
    send: (command) => connection.send(command),
    sendPhoto: (picture) => sendPhoto(location.origin, credentials, picture),
    fileAddress: (file) => fileAddress(login, file),
    fetchFile: (file) => fetchFile(location.origin, credentials, file),
  };
}

/** The moments at which a browser may have missed something. */
function watchBrowser(connection: Connection): void {
  window.addEventListener("online", () => connection.nudge());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) connection.nudge();
  });
  document.addEventListener("visibilitychange", () => {
    const visible = document.visibilityState === "visible";
    connection.setVisible(visible);
    if (visible) connection.nudge();
  });
}
