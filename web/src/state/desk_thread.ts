import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import type { Entry } from "../protocol/outbox";
import type { AnyCode } from "../protocol/refusal";
import type { ConversationView, LogEvent, WritingView } from "../wire/messages.gen";
import { type Draft, openDraft } from "./desk_drafts";
import {
  answeredMeanwhile,
  type DocumentLine,
  documentsOf,
  notesOf,
  type TalkLine,
  talkOf,
} from "./desk_lines";
import { openPresence } from "./desk_writing";
import { type Documents, openDocuments } from "./help_documents";
import { newClientId, type Session } from "./session";

/** One conversation that is open at the desk, with all that is written in it. */
export interface Thread {
  readonly id: string;
  readonly view: ReadonlySignal<ConversationView | undefined>;
  /** Why it is not open to me. */
  readonly ended: ReadonlySignal<AnyCode | undefined>;
  readonly writing: ReadonlySignal<WritingView>;
  readonly talk: ReadonlySignal<readonly TalkLine[]>;
  readonly notes: ReadonlySignal<readonly TalkLine[]>;
  readonly documents: ReadonlySignal<readonly DocumentLine[]>;
  /** Documents of mine on their way. */
  readonly parcels: Documents;
  /** The answer that is being written. */
  readonly draft: Draft;
  readonly noteDraft: Draft;
  /** Colleague who answered after the draft was begun; empty for nobody. */
  readonly meanwhile: ReadonlySignal<string>;
  /** Puts text into the answer and tells others that I write. */
  write(text: string): void;
  /** Sends the answer; false when there is nothing, or a colleague has answered meanwhile and `anyway` is not set. */
  send(anyway?: boolean): boolean;
  note(): void;
  retry(key: string): void;
  /** Sends a refused answer although a colleague wrote meanwhile. */
  sendAnyway(line: TalkLine): void;
  /** Puts an answer that did not leave back under the pen. */
  takeBack(line: TalkLine): void;
  remove(key: string): void;
  /** It is on the screen now, or no longer. */
  show(on: boolean): void;
  close(): void;
}

/** Events of one log, in order. */
function openEvents(session: Session): {
  readonly events: ReadonlySignal<readonly LogEvent[]>;
  follow: (log: string) => void;
  close: () => void;
} {
  const events = signal<readonly LogEvent[]>([]);
  let open = "";
  return {
    events,
    follow: (log) => {
      if (!log || log === open) return;
      open = log;
      session.feeds.openLog(log, {
        events: (some) => {
          events.value = [...events.value, ...some];
        },
        ended: () => undefined,
      });
    },
    close: () => {
      if (open) session.feeds.closeLog(open);
    },
  };
}

/** Follows one conversation; `me` is this person's id. */
export function openThread(session: Session, id: string, me: string): Thread {
  const lane = `conversation:${id}`;
  const view = signal<ConversationView | undefined>(undefined);
  const ended = signal<AnyCode | undefined>(undefined);
  const talkLog = openEvents(session);
  const deskLog = openEvents(session);
  const draft = openDraft(`draft:${session.login}:${id}`);
  const noteDraft = openDraft(`note:${session.login}:${id}`);
  const entries = computed(() => session.entries.value.filter((entry) => entry.lane.startsWith(lane)));
  const last = computed(() => talkLog.events.value.at(-1)?.seq ?? 0);
  const meanwhile = computed(() =>
    draft.text.value
      ? answeredMeanwhile(talkLog.events.value, view.value?.people ?? {}, me, draft.base.value)
      : "",
  );
  const presence = openPresence(session, id, { view, last, me });

  session.feeds.openView(`conversation:${id}`, {
    data: (data) => {
      const next = data as ConversationView;
      view.value = next;
      talkLog.follow(next.log_id);
      deskLog.follow(next.desk_log);
    },
    ended: (code) => {
      ended.value = code;
    },
  });
  const stop = effect(() => {
    const seen = new Set([...talkLog.events.value, ...deskLog.events.value].map((event) => event.client_id));
    for (const entry of entries.value) if (seen.has(entry.id)) session.outbox.remove(entry.id);
  });

  function put(text: string): void {
    const clientId = newClientId();
    session.outbox.add(clientId, lane, {
      type: "conversation.send",
      conversation: id,
      client_id: clientId,
      text,
      seen: last.peek(),
    });
  }

  const parcels = openDocuments(id, session.credentials, (clientId, file) =>
    session.outbox.add(clientId, lane, {
      type: "conversation.attach",
      conversation: id,
      client_id: clientId,
      file,
    }),
  );

  function textOf(key: string): string {
    const command = entries.peek().find((entry: Entry) => entry.id === key)?.command;
    return command && "text" in command ? command.text : "";
  }

  function write(text: string): void {
    if (!draft.text.peek()) draft.base.value = last.peek();
    draft.text.value = text;
    presence.typing(text !== "");
  }

  return {
    id,
    view,
    ended,
    writing: presence.writing,
    talk: computed(() => talkOf(talkLog.events.value, entries.value, me)),
    notes: computed(() => notesOf(deskLog.events.value, entries.value, me)),
    documents: computed(() => documentsOf(talkLog.events.value)),
    parcels,
    draft,
    noteDraft,
    meanwhile,
    write,
    send: (anyway = false) => {
      const text = draft.text.peek().trim();
      if (!text || (meanwhile.peek() && !anyway)) return false;
      put(text);
      write("");
      return true;
    },
    note: () => {
      const text = noteDraft.text.peek().trim();
      if (!text) return;
      const clientId = newClientId();
      session.outbox.add(clientId, `${lane}:notes`, {
        type: "desk.note",
        conversation: id,
        client_id: clientId,
        text,
      });
      noteDraft.text.value = "";
    },
    retry: (key) => session.outbox.retry(key),
    sendAnyway: (line) => {
      const text = textOf(line.key);
      session.outbox.remove(line.key);
      put(text);
    },
    takeBack: (line) => {
      const text = textOf(line.key);
      session.outbox.remove(line.key);
      const target = line.kind === "note" ? noteDraft : draft;
      target.text.value = [text, target.text.peek()].filter(Boolean).join("\n");
      target.base.value = last.peek();
    },
    remove: (key) => session.outbox.remove(key),
    show: presence.show,
    close: () => {
      stop();
      draft.stop();
      noteDraft.stop();
      presence.close();
      talkLog.close();
      deskLog.close();
      session.feeds.closeView(`conversation:${id}`);
    },
  };
}
