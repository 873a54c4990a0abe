import type { Entry } from "../protocol/outbox";
import type { AnyCode } from "../protocol/refusal";
import type { ClientCommand, LogEvent, ParticipantRow } from "../wire/messages.gen";
import { NOTES, numberOf, textOf } from "./talk_events";

/** How far something that I wrote has come. Of what others wrote: `there`. */
export type Way = "waiting" | "sent" | "delivered" | "read" | "failed" | "there";

interface Common {
  /** Stays the same from the press of Send to the log: lists keep their place. */
  readonly key: string;
  /** In the log; 0 for what is on its way. */
  readonly seq: number;
  /** Unix seconds. */
  readonly at: number;
  /** Person id; empty for the system. */
  readonly author: string;
  readonly mine: boolean;
  readonly way: Way;
  /** Why it failed. */
  readonly code: AnyCode | undefined;
}

export interface MessageLine extends Common {
  readonly kind: "message";
  readonly text: string;
  /** Person whose words these are, when another one sent them. */
  readonly helper: string;
}

export interface DocumentLine extends Common {
  readonly kind: "document";
  readonly file: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly contentType: string;
  /** Of the scan: `clean`, `infected` ... */
  readonly scan: string;
}

export interface NoteLine extends Common {
  readonly kind: "note";
  readonly event: LogEvent;
}

export type Line = MessageLine | DocumentLine | NoteLine;

/** What of the conversation's view the lines need. */
export interface Reading {
  readonly me: string;
  readonly people: Readonly<Record<string, ParticipantRow>>;
  readonly documents: Readonly<Record<string, string>>;
}

/** The two sides of a desk: citizen and helper on one, agents on the other. */
function sideOf(role: string): "public" | "desk" {
  return role === "citizen" || role === "helper" ? "public" : "desk";
}

/** The highest watermarks on the other side: one advisor who read it has read it. */
export function reached(reading: Reading): { delivered: number; read: number } {
  const mine = sideOf(reading.people[reading.me]?.role ?? "citizen");
  let delivered = 0;
  let read = 0;
  for (const person of Object.values(reading.people)) {
    if (sideOf(person.role) === mine) continue;
    delivered = Math.max(delivered, person.delivered, person.read);
    read = Math.max(read, person.read);
  }
  return { delivered, read };
}

type Reached = ReturnType<typeof reached>;

function wayOf(event: LogEvent, me: string, there: Reached): Way {
  if (event.author !== me) return "there";
  if (event.seq <= there.read) return "read";
  return event.seq <= there.delivered ? "delivered" : "sent";
}

function lineOf(event: LogEvent, reading: Reading, there: Reached): Line {
  const common: Common = {
    key: event.client_id || `seq${event.seq}`,
    seq: event.seq,
    at: event.at,
    author: event.author,
    mine: event.author === reading.me,
    way: wayOf(event, reading.me, there),
    code: undefined,
  };
  if (event.kind === "message") {
    return { ...common, kind: "message", text: textOf(event, "text"), helper: textOf(event, "helper") };
  }
  if (event.kind !== "document") return { ...common, kind: "note", event };
  const file = textOf(event, "file");
  return {
    ...common,
    kind: "document",
    file,
    name: textOf(event, "name"),
    size: numberOf(event, "size"),
    contentType: textOf(event, "content_type"),
    scan: reading.documents[file] ?? "",
  };
}

type Written = Extract<ClientCommand, { type: "conversation.send" | "helper.send_draft" | "desk.note" }>;

function isWritten(command: ClientCommand): command is Written {
  return ["conversation.send", "helper.send_draft", "desk.note"].includes(command.type);
}

function onItsWay(entry: Entry, me: string): MessageLine[] {
  const { command } = entry;
  if (!isWritten(command)) return [];
  return [
    {
      key: entry.id,
      kind: "message",
      seq: 0,
      at: entry.at / 1000,
      author: me,
      mine: true,
      text: command.text,
      helper: command.type === "helper.send_draft" ? command.helper : "",
      way: entry.state === "failed" ? "failed" : "waiting",
      code: entry.code,
    },
  ];
}

/** Events in the order of the log, then what is on its way and not in the log yet. Unknown kinds are left out. */
export function linesOf(events: readonly LogEvent[], entries: readonly Entry[], reading: Reading): Line[] {
  const there = reached(reading);
  const seen = new Set(events.map((event) => event.client_id));
  const shown = events.filter(
    (event) => event.kind === "message" || event.kind === "document" || NOTES.has(event.kind),
  );
  const away = entries.filter((entry) => !seen.has(entry.id));
  return [
    ...shown.filter(worthALine).map((event) => lineOf(event, reading, there)),
    ...away.flatMap((entry) => onItsWay(entry, reading.me)),
  ];
}

/** That a draft was begun on a page without a title is nobody's news. */
function worthALine(event: LogEvent): boolean {
  return event.kind !== "started" || textOf(event, "page_title") !== "";
}

/** The name that stands beside what a person wrote; empty for unknown ones. */
export function nameOf(reading: Reading, person: string): string {
  return reading.people[person]?.name ?? "";
}

/** Highest seq that the other ones wrote: what there is to read. */
export function lastOfOthers(lines: readonly Line[]): number {
  return lines.reduce(
    (last, line) => (line.mine || line.kind === "note" ? last : Math.max(last, line.seq)),
    0,
  );
}

/** Messages and documents of others beyond `read`. */
export function unreadAfter(lines: readonly Line[], read: number): number {
  return lines.filter((line) => !line.mine && line.kind !== "note" && line.seq > read).length;
}
