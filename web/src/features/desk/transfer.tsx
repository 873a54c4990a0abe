import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { Board } from "../../state/desk_board";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import type { ConversationView, DeskView } from "../../wire/messages.gen";
import { nameIn } from "./names";
import { colleaguesOf, colleagueWords } from "./people";

export interface TransferProps {
  board: Board;
  view: ConversationView;
  desk: DeskView;
  onClose: () => void;
}

/** To a colleague or to the line of a topic, with a note that only the desk reads. */
export function TransferDialog({ board, view, desk, onClose }: TransferProps) {
  const say = words.value.transfer;
  const to = useSignal("");
  const note = useSignal("");
  const missing = useSignal(false);
  const refused = board.refused.value;
  const topics = Object.entries(desk.topics).sort(([, a], [, b]) => a.position - b.position);

  async function give(event: Event): Promise<void> {
    event.preventDefault();
    const [kind, id] = [to.value.slice(0, 1), to.value.slice(2)];
    if (!id) {
      missing.value = true;
      return;
    }
    const done = await board.act(view.conversation, {
      type: "desk.transfer",
      conversation: view.conversation,
      version: view.version,
      note: note.value.trim(),
      ...(kind === "a" ? { agent: id } : { topic: id }),
    });
    // Refused: the note stays as it was written.
    if (!done) return;
    board.shut(view.conversation);
    onClose();
  }

  return (
    <Dialog title={say.title(nameIn(view))} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void give(event)}>
        <fieldset class="choices">
          <legend>{say.toColleague}</legend>
          {colleaguesOf(desk).map(([id, row]) => (
            <label key={id} class="choice" data-off={row.presence === "gone"}>
              <input
                type="radio"
                name="to"
                disabled={row.presence === "gone"}
                checked={to.value === `a:${id}`}
                onChange={() => (to.value = `a:${id}`)}
              />
              <span>
                <strong>{row.name}</strong>
                <span class="colleague-state">{colleagueWords(row)}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <fieldset class="choices">
          <legend>{say.toTopic}</legend>
          {topics.map(([id, row]) => (
            <label key={id} class="choice">
              <input
                type="radio"
                name="to"
                checked={to.value === `t:${id}`}
                onChange={() => (to.value = `t:${id}`)}
              />
              <span>
                <strong>{row.name}</strong>
                <span class="colleague-state">{row.open ? say.topicOpen : say.topicClosed}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <div class="field internal">
          <label for="transfer-note">{say.note}</label>
          <textarea
            id="transfer-note"
            class="input"
            maxLength={1000}
            value={note.value}
            aria-describedby="transfer-note-hint"
            onInput={(event) => (note.value = event.currentTarget.value)}
          />
          <p id="transfer-note-hint" class="soft">
            {say.noteHint}
          </p>
        </div>
        {missing.value && !to.value && <p role="alert">{say.choose}</p>}
        {refused?.conversation === view.conversation && (
          <p role="alert">{words.value.codes[refused.code] ?? t.value.codes[refused.code]}</p>
        )}
        <div class="row">
          <Button submit tone="primary">
            {say.give}
          </Button>
          <Button tone="outline" onClick={onClose}>
            {t.value.common.cancel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
