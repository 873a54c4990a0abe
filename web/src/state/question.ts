import { computed, effect, type ReadonlySignal } from "@preact/signals";
import type { Entry } from "../protocol/outbox";
import type { AnyCode } from "../protocol/refusal";
import type { MyQuestion } from "../wire/messages.gen";
import { newClientId, type Session } from "./session";

const LANE = "question";

export interface Draft {
  readonly subject: string;
  readonly words: string;
  readonly photo: string;
  readonly volunteer: string;
}

/** What a pupil does with her question; each act survives a reload and a cut. */
export interface QuestionDesk {
  /** Asked here, not acknowledged yet. */
  readonly leaving: ReadonlySignal<boolean>;
  /** Why the last act was refused. */
  readonly refused: ReadonlySignal<AnyCode | undefined>;
  ask(draft: Draft): void;
  change(question: MyQuestion, words: string): void;
  cancel(question: MyQuestion): void;
  forget(): void;
}

export function openQuestionDesk(session: Session): QuestionDesk {
  const mine = computed(() => session.entries.value.filter((entry) => entry.lane === LANE));
  const failed = computed(() => mine.value.find((entry) => entry.state === "failed"));
  const done = (entry: Entry): boolean => entry.state === "sent";
  effect(() => {
    for (const entry of mine.value.filter(done)) session.outbox.remove(entry.id);
  });
  function forget(): void {
    for (const entry of mine.peek()) if (entry.state === "failed") session.outbox.remove(entry.id);
  }
  return {
    leaving: computed(() =>
      mine.value.some((one) => one.command.type === "question.ask" && one.state !== "failed"),
    ),
    refused: computed(() => failed.value?.code),
    ask: (draft) => {
      forget();
      const id = newClientId();
      session.outbox.add(id, LANE, {
        type: "question.ask",
        client_id: id,
        subject: draft.subject,
        words: draft.words,
        ...(draft.photo && { photo: draft.photo }),
        ...(draft.volunteer && { volunteer: draft.volunteer }),
      });
    },
    change: (question, words) => {
      const photo = question.photo ? { photo: question.photo } : {};
      session.outbox.add(newClientId(), LANE, {
        type: "question.change",
        question: question.id,
        words,
        ...photo,
      });
    },
    cancel: (question) => {
      session.outbox.add(newClientId(), LANE, { type: "question.cancel", question: question.id });
    },
    forget,
  };
}
