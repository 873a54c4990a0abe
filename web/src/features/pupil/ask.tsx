import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { t } from "../../i18n";
import type { Draft } from "../../state/question";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icons";
import { Notice } from "../../ui/notice";
import type { PupilView } from "../../wire/messages.gen";
import { PhotoField } from "./photo_field";

const SUBJECTS: readonly IconName[] = ["maths", "french", "history", "english", "science", "other"];

export interface AskProps {
  view: PupilView;
  leaving: boolean;
  refused: string;
  offline: boolean;
  sendPhoto: (picture: Blob) => Promise<string>;
  onAsk: (draft: Draft) => void;
}

/** The question: subject, words, photo, whom. Only the subject must be there. */
export function Ask({ view, leaving, refused, offline, sendPhoto, onAsk }: AskProps) {
  const subject = useSignal("");
  const words = useSignal("");
  const photo = useSignal("");
  const volunteer = useSignal("");
  const missing = useSignal(false);
  const first = useRef<HTMLInputElement>(null);
  const say = t.value.pupil;

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    if (leaving) return;
    missing.value = subject.value === "";
    if (missing.value) first.current?.focus();
    else
      onAsk({
        subject: subject.value,
        words: words.value.trim(),
        photo: photo.value,
        volunteer: volunteer.value,
      });
  }

  return (
    <form class="ask card" onSubmit={submit} aria-labelledby="ask-title">
      <h2 id="ask-title" class="unseen">
        {say.title}
      </h2>
      {refused && (
        <div role="alert">
          <Notice tone="warn">{refused}</Notice>
        </div>
      )}
      <fieldset class="subjects" aria-describedby={missing.value ? "subject-missing" : undefined}>
        <legend>{say.which}</legend>
        {missing.value && (
          <p id="subject-missing" class="ask-missing" role="alert">
            {say.chooseSubject}
          </p>
        )}
        <div class="subjects-grid">
          {SUBJECTS.map((one, index) => (
            <label key={one} class="subject" data-chosen={subject.value === one}>
              <input
                {...(index === 0 && { ref: first })}
                type="radio"
                name="subject"
                class="unseen"
                value={one}
                checked={subject.value === one}
                onChange={() => {
                  subject.value = one;
                  missing.value = false;
                }}
              />
              <Icon name={one} />
              <span>{t.value.subjects[one]}</span>
            </label>
          ))}
        </div>
      </fieldset>
      <div class="field">
        <label for="words" class="ask-label">
          {say.words}
        </label>
        <p id="words-hint" class="soft">
          {say.wordsHint}
        </p>
        <textarea
          id="words"
          class="input"
          rows={3}
          maxLength={500}
          aria-describedby="words-hint"
          value={words.value}
          onInput={(event) => {
            words.value = event.currentTarget.value;
          }}
        />
      </div>
      <PhotoField file={photo} send={sendPhoto} />
      <Whom view={view} chosen={volunteer.value} onChoose={(id) => (volunteer.value = id)} />
      <div class="ask-send">
        {leaving && offline && <p aria-live="polite">{say.sentLater}</p>}
        <Button tone="call" large submit icon="hand" busy={leaving}>
          {say.send}
        </Button>
      </div>
    </form>
  );
}

/** A particular volunteer, when there is more than one to choose from. */
function Whom({
  view,
  chosen,
  onChoose,
}: {
  view: PupilView;
  chosen: string;
  onChoose: (id: string) => void;
}) {
  const say = t.value.pupil;
  const rows = Object.entries(view.volunteers).filter(([, row]) => row.presence !== "gone");
  if (rows.length < 2) return null;
  return (
    <div class="field">
      <label for="whom" class="ask-label">
        {say.whom}
      </label>
      <select
        id="whom"
        class="input"
        value={chosen}
        onChange={(event) => onChoose(event.currentTarget.value)}
      >
        <option value="">{say.anyone}</option>
        {rows.map(([id, row]) => (
          <option key={id} value={id}>
            {row.knows_me > 0 ? `${row.name} (${say.knows(row.knows_me)})` : row.name}
          </option>
        ))}
      </select>
    </div>
  );
}
