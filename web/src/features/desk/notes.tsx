import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { TalkLine } from "../../state/desk_lines";
import type { Thread } from "../../state/desk_thread";
import { textOf } from "../../state/talk_events";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { typographic } from "../../widgets/typographic";
import type { ConversationView, DeskView } from "../../wire/messages.gen";
import { eventWords, type Where } from "./events";
import { momentWords, personName } from "./names";

export interface NotesProps extends Where {
  thread: Thread;
  view: ConversationView;
  desk: DeskView;
}

/** The desk's own notes: another place, another colour, another button than the answer to the citizen. */
export function Notes(props: NotesProps) {
  const { thread } = props;
  const say = words.value.notes;
  const lines = thread.notes.value;
  const draft = thread.noteDraft.text;
  return (
    <section class="details-part internal" aria-labelledby="notes-title">
      <h2 id="notes-title">
        <Icon name="lock" />
        {say.title}
      </h2>
      <p class="internal-why">{say.why}</p>
      <ol class="notes">
        {lines.map((line) => (
          <Note key={line.key} line={line} {...props} />
        ))}
      </ol>
      <form
        class="field"
        onSubmit={(event) => {
          event.preventDefault();
          thread.note();
        }}
      >
        <label for="note">{say.label}</label>
        <textarea
          id="note"
          class="input"
          rows={2}
          maxLength={4000}
          value={draft.value}
          onInput={(event) => (draft.value = event.currentTarget.value)}
        />
        <Button submit tone="note" icon="lock">
          {say.keep}
        </Button>
      </form>
    </section>
  );
}

function Note(props: NotesProps & { line: TalkLine }) {
  const { line, view, desk, thread, now } = props;
  const text = line.kind === "note" ? textOf(line, "text") : textOf(line, "note") || textOf(line, "words");
  return (
    <li class="note" data-state={line.state}>
      <p class="note-who">
        <strong>{line.author === desk.me ? words.value.you : personName(line.author, view, desk)}</strong>{" "}
        {momentWords(line.at, now)}
      </p>
      {line.kind !== "note" && <p class="note-event">{eventWords(line, props)}</p>}
      {text && <p class="said-text">{typographic(text)}</p>}
      {line.state === "waiting" && <p class="note-who">{words.value.talk.waiting}</p>}
      {line.state === "failed" && (
        <div class="said-failed" role="alert">
          <p>
            <strong>{words.value.notes.failed}</strong> {t.value.codes[line.code ?? "internal"]}
          </p>
          <div class="row">
            <Button tone="outline" onClick={() => thread.retry(line.key)}>
              {t.value.common.retry}
            </Button>
            <Button tone="outline" onClick={() => thread.takeBack(line)}>
              {words.value.talk.takeBack}
            </Button>
            <Button tone="plain" onClick={() => thread.remove(line.key)}>
              {words.value.talk.remove}
            </Button>
          </div>
        </div>
      )}
    </li>
  );
}
