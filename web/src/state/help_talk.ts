import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { systemClock } from "../protocol/clock";
import type { AnyCode } from "../protocol/refusal";
import type {
  ClientCommand,
  ConversationView,
  LogEvent,
  WritingRow,
  WritingView,
} from "../wire/messages.gen";
import { newClientId } from "./client_id";
import { Writing } from "./help_writing";
import type { Session } from "./session";
import { callSteps, textOf } from "./talk_events";
import { type Line, lastOfOthers, linesOf, type Reading, unreadAfter } from "./talk_lines";

const MARK_MS = 250;

/** One conversation on this page. */
export interface Talk {
  readonly id: string;
  readonly view: ReadonlySignal<ConversationView | undefined>;
  readonly lines: ReadonlySignal<readonly Line[]>;
  readonly reading: ReadonlySignal<Reading>;
  /** What the others do at this moment, by person. */
  readonly writing: ReadonlySignal<Readonly<Record<string, WritingRow>>>;
  /** Of others, not seen yet. */
  readonly unread: ReadonlySignal<number>;
  /** Not open to this person, or no longer. */
  readonly ended: ReadonlySignal<AnyCode | undefined>;
  /** The call in which this person is, by what the log says; empty for none. */
  readonly inCall: ReadonlySignal<string>;
  /** A proposal that nobody has answered yet. */
  readonly proposed: ReadonlySignal<string>;
  readonly writer: Writing;
  /** Words of mine, a helper, that the citizen has sent: they are no longer a draft. */
  readonly taken: ReadonlySignal<string>;
  send(text: string): void;
  sendDraft(helper: string, text: string): void;
  attach(clientId: string, file: string): void;
  retry(key: string): void;
  remove(key: string): void;
  /** The end of the list is on the screen: what is there has been seen. */
  setSeen(seen: boolean): void;
  close(): void;
}

/** Commands of a conversation go in its lane, one after the other, so that order holds. */
export function laneOf(conversation: string): string {
  return `talk:${conversation}`;
}

/** Follows a conversation: its view, its log from where this person may read, who writes. */
export function openTalk(session: Session, id: string, inSight: ReadonlySignal<boolean>): Talk {
  const lane = laneOf(id);
  const view = signal<ConversationView | undefined>(undefined);
  const events = signal<readonly LogEvent[]>([]);
  const writing = signal<Readonly<Record<string, WritingRow>>>({});
  const ended = signal<AnyCode | undefined>(undefined);
  const seen = signal(false);
  const mine = computed(() => session.entries.value.filter((entry) => entry.lane === lane));
  const reading = computed<Reading>(() => ({
    me: view.value?.me ?? "",
    people: view.value?.people ?? {},
    documents: view.value?.documents ?? {},
  }));
  const lines = computed(() => linesOf(events.value, mine.value, reading.value));
  const steps = computed(() => callSteps(events.value));
  const readUpTo = signal(0);
  let log = "";

  session.feeds.openView(`conversation:${id}`, {
    data: (data) => {
      const next = data as ConversationView;
      view.value = next;
      readUpTo.value = Math.max(readUpTo.value, next.people[next.me]?.read ?? 0);
      if (!log) follow(next);
    },
    ended: (code) => {
      ended.value = code;
    },
  });
  function follow(next: ConversationView): void {
    log = next.log_id;
    session.feeds.openLog(
      log,
      {
        events: (some) => {
          events.value = [...events.value, ...some];
        },
        ended: (code) => {
          ended.value = code;
        },
      },
      next.after,
    );
    session.feeds.openView(`writing:${id}`, {
      data: (data) => {
        writing.value = (data as WritingView).people;
      },
      ended: () => undefined,
    });
  }

  const stops = [
    effect(() => {
      const there = new Set(events.value.map((event) => event.client_id));
      for (const entry of mine.value) if (there.has(entry.id)) session.outbox.remove(entry.id);
    }),
    markAsRead(
      session,
      id,
      lines,
      view,
      readUpTo,
      computed(() => seen.value && inSight.value),
    ),
  ];
  const quietly = (command: ClientCommand): void => void session.send(command).catch(() => undefined);
  const helping = (): boolean => view.peek()?.role === "helper";
  const writer = new Writing({
    clock: systemClock,
    typing: (typing) => quietly({ type: "writing.typing", conversation: id, typing }),
    draft: (text) => {
      if (helping()) quietly({ type: "writing.draft", conversation: id, text });
    },
  });
  const add = (command: ClientCommand & { client_id: string }): void =>
    session.outbox.add(command.client_id, lane, command);
  const call = computed(() => view.value?.call ?? "");
  return {
    id,
    view,
    lines,
    reading,
    writing,
    unread: computed(() => unreadAfter(lines.value, readUpTo.value)),
    ended,
    inCall: computed(() => (call.value && steps.value.get(call.value) === "began" ? call.value : "")),
    proposed: computed(() => (call.value && steps.value.get(call.value) !== "began" ? call.value : "")),
    writer,
    taken: computed(() => takenFrom(events.value, reading.value.me)),
    send: (text) => add({ type: "conversation.send", conversation: id, client_id: newClientId(), text }),
    sendDraft: (helper, text) =>
      add({ type: "helper.send_draft", conversation: id, client_id: newClientId(), helper, text }),
    attach: (clientId, file) =>
      add({ type: "conversation.attach", conversation: id, client_id: clientId, file }),
    retry: (key) => session.outbox.retry(key),
    remove: (key) => session.outbox.remove(key),
    setSeen: (now) => {
      seen.value = now;
    },
    close: () => {
      writer.over();
      for (const stop of stops) stop();
      session.feeds.closeView(`conversation:${id}`);
      session.feeds.closeView(`writing:${id}`);
      if (log) session.feeds.closeLog(log);
    },
  };
}

function takenFrom(events: readonly LogEvent[], me: string): string {
  const last = events.findLast((event) => event.kind === "message" && textOf(event, "helper") === me);
  return last && me ? textOf(last, "text") : "";
}

/** Tells what has arrived here, and what was on the screen; only when there is something new of others. */
function markAsRead(
  session: Session,
  id: string,
  lines: ReadonlySignal<readonly Line[]>,
  view: ReadonlySignal<ConversationView | undefined>,
  readUpTo: { value: number },
  seen: ReadonlySignal<boolean>,
): () => void {
  let told = { delivered: 0, read: 0 };
  let stopLater = (): void => undefined;
  const stop = effect(() => {
    const own = view.value?.people[view.value.me];
    const last = lastOfOthers(lines.value);
    const read = seen.value ? last : 0;
    const connected = session.link.value === "live" || session.link.value === "http";
    if (!own || !connected) return;
    untracked(() => {
      const delivered = Math.max(last, own.delivered);
      const next = { delivered, read: Math.max(read, own.read, readUpTo.value) };
      if (next.read > readUpTo.value) readUpTo.value = next.read;
      const known = Math.max(own.delivered, told.delivered) >= delivered;
      if (known && Math.max(own.read, told.read) >= next.read) return;
      stopLater();
      stopLater = systemClock.after(MARK_MS, () => {
        told = next;
        session.send({ type: "conversation.mark", conversation: id, ...next }).catch(() => {
          told = { delivered: 0, read: 0 };
        });
      });
    });
  });
  return () => {
    stop();
    stopLater();
  };
}
