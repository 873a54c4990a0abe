import type { Entry } from "../protocol/outbox";
import type { AnyCode } from "../protocol/refusal";
import type { LogEvent, ParticipantRow } from "../wire/messages.gen";
import { numberOf, NOTES as TOLD, textOf } from "./talk_events";

/** One line of a talk or of its notes: from the log, or still on its way. */
export interface TalkLine {
  readonly key: string;
  /** 0 while on its way. */
  readonly seq: number;
  readonly kind: string;
  readonly author: string;
  /** Unix seconds. */
  readonly at: number;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly state: "there" | "waiting" | "failed";
  readonly code?: AnyCode;
}

/** How far a message of the desk has come with the citizen. */
export type Reached = "sent" | "delivered" | "read";

/** Kinds of the talk that have a sentence; those of a newer server are left out. */
const TALK: ReadonlySet<string> = new Set(["message", "document", ...TOLD]);
const NOTES: ReadonlySet<string> = new Set([
  "note",
  "transferred",
  "claimed",
  "taken_over",
  "followed",
  "rated",
]);

function there(event: LogEvent): TalkLine {
  const { seq, kind, author, at } = event;
  return {
    key: event.client_id || `seq${seq}`,
    seq,
    kind,
    author,
    at,
    payload: event.payload,
    state: "there",
  };
}

function onItsWay(entry: Entry, written: string, me: string): TalkLine {
  const text = "text" in entry.command ? entry.command.text : "";
  const kind = entry.command.type === "conversation.attach" ? "document" : written;
  const state = entry.state === "failed" ? "failed" : "waiting";
  const line = {
    key: entry.id,
    seq: 0,
    kind,
    author: me,
    at: entry.at / 1000,
    payload: { text },
    state,
  } as const;
  return entry.code ? { ...line, code: entry.code } : line;
}

function linesOf(
  events: readonly LogEvent[],
  entries: readonly Entry[],
  me: string,
  kinds: ReadonlySet<string>,
  written: string,
): TalkLine[] {
  const seen = new Set(events.map((event) => event.client_id));
  const waiting = entries.filter((entry) => !seen.has(entry.id));
  return [
    ...events.filter((event) => kinds.has(event.kind)).map(there),
    ...waiting.map((entry) => onItsWay(entry, written, me)),
  ];
}

/** The talk in the order of its log, then what is on its way. */
export function talkOf(events: readonly LogEvent[], entries: readonly Entry[], me: string): TalkLine[] {
  const mine = entries.filter((entry) => entry.command.type !== "desk.note");
  return linesOf(events, mine, me, TALK, "message");
}

/** Notes and transfers, which citizens never see. */
export function notesOf(events: readonly LogEvent[], entries: readonly Entry[], me: string): TalkLine[] {
  const mine = entries.filter((entry) => entry.command.type === "desk.note");
  return linesOf(events, mine, me, NOTES, "note");
}

/** How far the message with `seq` has come with the citizen. */
export function reached(seq: number, people: Readonly<Record<string, ParticipantRow>>): Reached {
  const citizen = Object.values(people).find((person) => person.role === "citizen");
  if ((citizen?.read ?? 0) >= seq) return "read";
  return (citizen?.delivered ?? 0) >= seq ? "delivered" : "sent";
}

/** Another agent who wrote after `base`, the last seq on the screen when the draft was begun; empty for nobody. */
export function answeredMeanwhile(
  events: readonly LogEvent[],
  people: Readonly<Record<string, ParticipantRow>>,
  me: string,
  base: number,
): string {
  const found = events.findLast(
    (event) =>
      event.seq > base &&
      event.kind === "message" &&
      event.author !== me &&
      people[event.author]?.role === "agent",
  );
  return found?.author ?? "";
}

/** One document of the talk. */
export interface DocumentLine {
  readonly file: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly type: string;
  readonly author: string;
  readonly at: number;
  readonly seq: number;
}

/** All documents of the talk, latest first. */
export function documentsOf(events: readonly LogEvent[]): DocumentLine[] {
  return events
    .filter((event) => event.kind === "document")
    .map((event) => ({
      file: textOf(event, "file"),
      name: textOf(event, "name"),
      size: numberOf(event, "size"),
      type: textOf(event, "content_type"),
      author: event.author,
      at: event.at,
      seq: event.seq,
    }))
    .reverse();
}
