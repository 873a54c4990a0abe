import { type ReadonlySignal, signal } from "@preact/signals";
import { backoff } from "../protocol/backoff";
import type { Clock } from "../protocol/clock";
import { type AnyCode, codeOf, passes } from "../protocol/refusal";
import type { AnswerOf, ClientCommand } from "../wire/messages.gen";

/** What a citizen asks for, before it is stored. */
export interface Wish {
  readonly topic: string;
  readonly words: string;
  readonly name: string;
  readonly language: string;
  readonly pageTitle: string;
  readonly pageUrl: string;
  /** Person who wrote the words, when a helper did. */
  readonly helper?: string;
}

/** A wish on its way: two acts, each with its own id made once, so that a repeat never makes two. */
export interface Pending extends Wish {
  readonly startId: string;
  readonly submitId: string;
  /** Known after the first act, or from a draft to which a helper was invited. */
  readonly conversation: string;
  /** Only begun, to invite somebody: nothing is submitted yet. */
  readonly draft: boolean;
}

export interface RequestParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly newId: () => string;
  /** Sends on the login of this page, which is made when there is none. Rejects with `Refusal`. */
  readonly send: <C extends ClientCommand>(command: C) => Promise<AnswerOf[C["type"]]>;
  /** The login has ended: the next `send` makes a new one. */
  readonly forgetLogin: () => void;
  /** Where it outlives the page. */
  readonly load: () => Pending | undefined;
  readonly save: (pending: Pending | undefined) => void;
  /** It is stored: the conversation to show. */
  readonly done: (conversation: string) => void;
}

/** The first words of a conversation, on their way until they are stored; they survive a reload and a cut. */
export interface Request {
  readonly pending: ReadonlySignal<Pending | undefined>;
  /** Why it was refused; the words stay. */
  readonly refused: ReadonlySignal<AnyCode | undefined>;
  /** Puts a wish on its way; on an existing draft when `conversation` names one. */
  ask(wish: Wish, conversation?: string): void;
  /** Begins a draft, so that somebody can be invited before anything is sent. */
  begin(wish: Wish): void;
  /** The server can be reached: at once. */
  kick(): void;
  retry(): void;
  /** Gives it up; the form keeps its words by itself. */
  drop(): void;
}

export function openRequest(parts: RequestParts): Request {
  const pending = signal<Pending | undefined>(parts.load());
  const refused = signal<AnyCode | undefined>(undefined);
  let running = false;
  let attempt = 0;
  let stopPause = (): void => undefined;

  function put(next: Pending | undefined): void {
    pending.value = next;
    parts.save(next);
  }
  async function step(now: Pending): Promise<void> {
    if (!now.conversation) {
      const started = await parts.send({
        type: "conversation.start",
        client_id: now.startId,
        language: now.language,
        ...(now.pageTitle && { page_title: now.pageTitle }),
        ...(now.pageUrl && { page_url: now.pageUrl }),
      });
      if (pending.value === now) put({ ...now, conversation: started.conversation });
      return;
    }
    if (!now.draft) {
      await parts.send({
        type: "conversation.submit",
        conversation: now.conversation,
        client_id: now.submitId,
        topic: now.topic,
        words: now.words,
        ...(now.name && { name: now.name }),
        ...(now.helper && { helper: now.helper }),
      });
    }
    if (pending.value !== now) return;
    put(undefined);
    parts.done(now.conversation);
  }
  function fail(now: Pending, code: AnyCode): void {
    if (code === "not_signed_in" || code === "bad_link") {
      parts.forgetLogin();
      put({ ...now, startId: parts.newId(), submitId: parts.newId(), conversation: "" });
    } else if (!passes(code)) {
      refused.value = code;
      return;
    }
    stopPause = parts.clock.after(backoff(attempt, parts.random), () => void run());
    attempt += 1;
  }
  async function run(): Promise<void> {
    stopPause();
    if (running) return;
    running = true;
    try {
      for (let now = pending.value; now && !refused.value; now = pending.value) {
        await step(now);
        attempt = 0;
      }
    } catch (error) {
      if (pending.value) fail(pending.value, codeOf(error));
    } finally {
      running = false;
    }
  }
  function take(wish: Wish, conversation: string, draft: boolean): void {
    refused.value = undefined;
    put({ ...wish, startId: parts.newId(), submitId: parts.newId(), conversation, draft });
    void run();
  }
  if (pending.value) void run();
  return {
    pending,
    refused,
    ask: (wish, conversation = "") => take(wish, conversation, false),
    begin: (wish) => take(wish, "", true),
    kick: () => void run(),
    retry: () => {
      refused.value = undefined;
      void run();
    },
    drop: () => {
      refused.value = undefined;
      put(undefined);
    },
  };
}
