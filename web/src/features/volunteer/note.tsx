import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { Button } from "../../ui/button";
import { useArrival } from "../../ui/focus";
import type { UnfinishedNote } from "../../wire/messages.gen";

/** Two lines after a lesson, or none. */
export function NoteCard(props: {
  wanted: UnfinishedNote;
  onSave: (text: string) => void;
  onSkip: () => void;
}) {
  const { wanted } = props;
  const text = useSignal("");
  const heading = useArrival<HTMLHeadingElement>();
  const say = t.value.volunteer;
  function save(event: SubmitEvent): void {
    event.preventDefault();
    const words = text.value.trim();
    if (words) props.onSave(words);
    else props.onSkip();
  }
  return (
    <form class="note card stack" onSubmit={save} aria-labelledby="note-title">
      <h2 id="note-title" ref={heading} tabIndex={-1}>
        {say.noteTitle(wanted.pupil_name)}
      </h2>
      <div class="field">
        <label for="note">{say.noteLabel}</label>
        <p id="note-hint" class="soft">
          {say.noteHint(wanted.pupil_name)}
        </p>
        <textarea
          id="note"
          class="input note-lines"
          rows={2}
          maxLength={400}
          aria-describedby="note-hint"
          value={text.value}
          onInput={(event) => {
            text.value = event.currentTarget.value;
          }}
        />
      </div>
      <div class="row">
        <Button tone="primary" large submit>
          {say.noteSave}
        </Button>
        <Button tone="outline" large onClick={props.onSkip}>
          {say.noteSkip}
        </Button>
      </div>
    </form>
  );
}
