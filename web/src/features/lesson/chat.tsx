import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import type { Lesson, Line } from "../../state/lesson";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { typographic } from "../../widgets/typographic";
import "./chat.css";

export interface ChatProps {
  lesson: Lesson;
  tu: boolean;
  other: string;
  /** Unfolded by its button, on narrow screens. */
  open: boolean;
  onClose: () => void;
}

/** The talk in writing. What is not sent yet says so; nothing written disappears. */
export function Chat({ lesson, tu, other, open, onClose }: ChatProps) {
  const say = t.value.lesson;
  const draft = useSignal("");
  const list = useRef<HTMLOListElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);
  const lines = lesson.lines.value;
  const view = lesson.view.value;
  const said = lines.filter((line) => line.kind === "said").length;
  useEffect(() => {
    if (said > 0) list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [said]);

  useEffect(() => {
    if (open) field.current?.focus();
  }, [open]);

  function close(): void {
    onClose();
    document.getElementById("chat-toggle")?.focus();
  }

  function send(event: Event): void {
    event.preventDefault();
    const text = draft.value.trim();
    if (!text) return;
    lesson.say(text);
    draft.value = "";
  }

  return (
    <section
      class="chat"
      aria-label={say.chat}
      onKeyDown={(event) => {
        if (event.key === "Escape" && open) close();
      }}
    >
      <div class="chat-head">
        <h2>{say.chat}</h2>
        <Button tone="plain" class="chat-close" onClick={close}>
          {t.value.common.close}
        </Button>
      </div>
      {/* A scrolling area must be reachable by keyboard. */}
      <ol ref={list} class="chat-lines" tabIndex={0} aria-label={say.chat}>
        {view?.familiarity?.note && (
          <li class="chat-note">
            <strong>{say.note}</strong>
            {typographic(view.familiarity.note)}
          </li>
        )}
        {view?.words && (
          <li class="chat-note">
            <strong>{say.words}</strong>
            {typographic(view.words)}
          </li>
        )}
        {said === 0 && <li class="chat-empty">{say.chatEmpty}</li>}
        {lines.map((line) =>
          line.kind === "said" ? (
            <Said key={line.key} line={line} other={other} lesson={lesson} />
          ) : (
            <li key={line.key} class="chat-event">
              {eventWords(line, tu, other)}
            </li>
          ),
        )}
      </ol>
      <form class="chat-form" onSubmit={send}>
        <label class="unseen" for="message">
          {say.chatLabel}
        </label>
        <textarea
          id="message"
          ref={field}
          class="input"
          rows={1}
          maxLength={2000}
          placeholder={say.chatLabel}
          value={draft.value}
          onInput={(event) => (draft.value = event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
          }}
        />
        <button type="submit" class="button" data-tone="primary" aria-label={say.chatSend}>
          <Icon name="send" />
        </button>
      </form>
    </section>
  );
}

function Said({ line, other, lesson }: { line: Line; other: string; lesson: Lesson }) {
  const say = t.value.lesson;
  return (
    <li class="said" data-mine={line.mine} data-state={line.state}>
      <span class="unseen">{line.mine ? t.value.call.you : other} : </span>
      <p>{line.text}</p>
      {line.state === "there" && <time class="said-time">{t.value.clock(line.at)}</time>}
      {line.state === "waiting" && <span class="said-time">{say.chatWaiting}</span>}
      {line.state === "failed" && (
        <span class="said-time">
          {say.chatFailed}
          <button type="button" class="said-act" onClick={() => lesson.retry(line.key)}>
            {say.chatRetry}
          </button>
          <button type="button" class="said-act" onClick={() => lesson.remove(line.key)}>
            {say.chatRemove}
          </button>
        </span>
      )}
    </li>
  );
}

function eventWords(line: Line, tu: boolean, other: string): string {
  const say = t.value.lesson;
  const mine = line.who === (tu ? "pupil" : "volunteer");
  const name = mine ? t.value.call.you : other;
  if (line.event === "began") return say.beganAt(t.value.clock(line.at));
  return line.event === "interrupted" ? say.interruptedBy(name) : say.resumedBy(name);
}
