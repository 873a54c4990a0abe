import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { h } from "../../i18n/help";
import { kept } from "../../state/kept";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import type { TopicRow } from "../../wire/messages.gen";
import { commonHours, hoursWords } from "./hours";

/** What was typed; it survives a reload. */
export interface FormWords {
  readonly topic: string;
  readonly words: string;
  readonly name: string;
}

export interface RequestFormProps {
  topics: Readonly<Record<string, TopicRow>>;
  away: boolean;
  /** Under which the typed words are kept. */
  shelf: string;
  form: Signal<FormWords>;
  onTyped: () => void;
  onSend: (form: FormWords) => void;
  /** Beneath the words: what a helper writes. */
  children?: ComponentChildren;
  /** Beside the button. */
  beside?: ComponentChildren;
}

export function keptForm(shelf: string): FormWords {
  const found = kept.record<FormWords>(shelf);
  return { topic: found?.topic ?? "", words: found?.words ?? "", name: found?.name ?? "" };
}

type Missing = "topic" | "words" | "";

/** Topic, a few words, a name: one screen, nothing that is not needed. */
export function RequestForm(props: RequestFormProps) {
  const { topics, form } = props;
  const say = h.value.form;
  const missing = useSignal<Missing>("");
  const fields = useRef<HTMLFormElement>(null);
  const rows = Object.entries(topics).sort(([, a], [, b]) => a.position - b.position);
  const live = topics[form.value.topic]?.live ?? rows.some(([, row]) => row.live);
  const common = commonHours(rows.map(([, row]) => row));
  const only = rows.length === 1 ? rows[0]?.[0] : undefined;
  useEffect(() => {
    if (only && !form.value.topic) change({ topic: only });
  }, [only]);

  function change(some: Partial<FormWords>): void {
    form.value = { ...form.value, ...some };
    kept.write(props.shelf, JSON.stringify(form.value));
    if (missing.value && form.value[missing.value].trim()) missing.value = "";
  }
  function submit(event: Event): void {
    event.preventDefault();
    missing.value = !form.value.topic ? "topic" : !form.value.words.trim() ? "words" : "";
    if (missing.value) {
      fields.current?.querySelector<HTMLElement>(`[name="${missing.value}"]`)?.focus();
      return;
    }
    props.onSend({ ...form.value, words: form.value.words.trim(), name: form.value.name.trim() });
  }
  return (
    <form ref={fields} class="request stack" onSubmit={submit} noValidate>
      <fieldset class="topics" aria-describedby={missing.value === "topic" ? "miss-topic" : undefined}>
        <legend>{say.topic}</legend>
        {missing.value === "topic" && <Miss id="miss-topic">{say.chooseTopic}</Miss>}
        {props.away && rows.length === 0 && <Notice tone="warn">{say.topicsAway}</Notice>}
        {common && (
          <p class="topic-hours" data-live={live}>
            {common}
          </p>
        )}
        {rows.map(([id, row]) => (
          <label key={id} class="topic">
            <input
              type="radio"
              name="topic"
              value={id}
              checked={form.value.topic === id}
              onChange={() => change({ topic: id })}
            />
            <span class="topic-words">
              <span class="topic-name">{row.name}</span>
              {!common && (
                <span class="topic-hours" data-live={row.live}>
                  {hoursWords(row)}
                </span>
              )}
            </span>
          </label>
        ))}
      </fieldset>
      <div class="field">
        <label for="request-words">{say.words}</label>
        {missing.value === "words" && <Miss id="miss-words">{say.writeWords}</Miss>}
        <textarea
          id="request-words"
          name="words"
          class="input"
          rows={3}
          maxLength={4000}
          dir="auto"
          aria-describedby={missing.value === "words" ? "miss-words" : "request-hint"}
          aria-invalid={missing.value === "words" || undefined}
          value={form.value.words}
          onInput={(event) => {
            change({ words: event.currentTarget.value });
            props.onTyped();
          }}
        />
        <p id="request-hint" class="soft small">
          {say.wordsHint} {say.privacy}
        </p>
      </div>
      {props.children}
      <div class="field">
        <label for="request-name">
          {say.name} <span class="soft">({say.optional})</span>
        </label>
        <input
          id="request-name"
          class="input"
          maxLength={80}
          dir="auto"
          autocomplete="name"
          value={form.value.name}
          onInput={(event) => change({ name: event.currentTarget.value })}
        />
      </div>
      <div class="request-send">
        <Button tone="primary" large submit icon="send">
          {live ? say.sendLive : say.sendLater}
        </Button>
        {props.beside}
      </div>
    </form>
  );
}

function Miss({ id, children }: { id: string; children: ComponentChildren }) {
  return (
    <p id={id} class="miss" role="alert">
      {children}
    </p>
  );
}
