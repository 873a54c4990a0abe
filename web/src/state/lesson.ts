import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Entry } from "../protocol/outbox";
import type { LessonView, LogEvent } from "../wire/messages.gen";
import { newClientId, type Session } from "./session";

/** One line of the talk, from the log or still on its way. */
export interface Line {
  readonly key: string;
  readonly kind: "said" | "note";
  readonly mine: boolean;
  readonly text: string;
  /** For `note`: what happened (`began`, `interrupted`, `resumed`). */
  readonly event: string;
  /** `pupil` or `volunteer`, for notes. */
  readonly who: string;
  readonly at: number;
  readonly state: "there" | "waiting" | "failed";
}

export interface Lesson {
  readonly id: string;
  readonly view: ReadonlySignal<LessonView | undefined>;
  readonly lines: ReadonlySignal<readonly Line[]>;
  say(text: string): void;
  retry(key: string): void;
  remove(key: string): void;
  close(): void;
}

function word(event: LogEvent, field: string): string {
  const value = event.payload[field];
  return typeof value === "string" ? value : "";
}

function lineOf(event: LogEvent, me: string): Line {
  return {
    key: event.client_id || `seq${event.seq}`,
    kind: event.kind === "said" ? "said" : "note",
    mine: event.author === me,
    text: word(event, "text"),
    event: event.kind,
    who: word(event, "who"),
    at: event.at,
    state: "there",
  };
}

function onItsWay(entry: Entry): Line {
  const text = entry.command.type === "lesson.say" ? entry.command.text : "";
  const state = entry.state === "failed" ? "failed" : "waiting";
  return {
    key: entry.id,
    kind: "said",
    mine: true,
    text,
    event: "said",
    who: "",
    at: entry.at / 1000,
    state,
  };
}

/** The log in order, then what is on its way and not seen in the log yet. */
export function linesOf(events: readonly LogEvent[], entries: readonly Entry[], me: string): Line[] {
  const shown = events.filter((event) => ["said", "began", "interrupted", "resumed"].includes(event.kind));
  const seen = new Set(events.map((event) => event.client_id));
  const waiting = entries.filter((entry) => !seen.has(entry.id));
  return [...shown.map((event) => lineOf(event, me)), ...waiting.map(onItsWay)];
}

/** Follows one lesson: its view and its log. `me` is this person's id. */
export function openLesson(session: Session, id: string, me: string): Lesson {
  const lane = `lesson:${id}`;
  const view = signal<LessonView | undefined>(undefined);
  const events = signal<readonly LogEvent[]>([]);
  const mine = computed(() => session.entries.value.filter((entry) => entry.lane === lane));
  const lines = computed(() => linesOf(events.value, mine.value, me));
  let log = "";
  session.feeds.openView(`lesson:${id}`, {
    data: (data) => {
      const next = data as LessonView;
      view.value = next;
      if (log === next.log_id) return;
      log = next.log_id;
      session.feeds.openLog(log, {
        events: (some) => {
          events.value = [...events.value, ...some];
        },
        ended: () => undefined,
      });
    },
    ended: () => undefined,
  });
  const stop = effect(() => {
    const seen = new Set(events.value.map((event) => event.client_id));
    for (const entry of mine.value) if (seen.has(entry.id)) session.outbox.remove(entry.id);
  });
  return {
    id,
    view,
    lines,
    say: (text) => {
      const clientId = newClientId();
      session.outbox.add(clientId, lane, { type: "lesson.say", lesson: id, client_id: clientId, text });
    },
    retry: (key) => session.outbox.retry(key),
    remove: (key) => session.outbox.remove(key),
    close: () => {
      stop();
      session.feeds.closeView(`lesson:${id}`);
      if (log) session.feeds.closeLog(log);
    },
  };
}
