import { type Signal, useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { Board } from "../../state/desk_board";
import { findMacros, type Macro } from "../../state/desk_macros";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import type { DeskView } from "../../wire/messages.gen";

interface Props {
  board: Board;
  desk: DeskView;
  onClose: () => void;
}

const NEW: Macro = { id: "", title: "", text: "", topic: "" };

/** The prepared answers of the desk: look through, add, change, remove. */
export function MacrosDialog({ board, desk, onClose }: Props) {
  const say = words.value.macros;
  const editing = useSignal<Macro | undefined>(undefined);
  const macros = findMacros(board.macros.value.macros, "", "");
  return (
    <Dialog wide title={say.title} onClose={onClose}>
      {editing.value ? (
        <MacroForm key={editing.value.id} board={board} desk={desk} editing={editing} macro={editing.value} />
      ) : (
        <>
          {macros.length === 0 && <p class="lists-empty">{say.empty}</p>}
          <ul class="macro-rows">
            {macros.map((macro) => (
              <li key={macro.id}>
                <div>
                  <strong>{macro.title}</strong>
                  {macro.topic && <span class="mark">{desk.topics[macro.topic]?.name}</span>}
                  <p>{macro.text}</p>
                </div>
                <Button
                  tone="outline"
                  label={say.changeOne(macro.title)}
                  onClick={() => (editing.value = macro)}
                >
                  {say.change}
                </Button>
              </li>
            ))}
          </ul>
          <div class="row">
            <Button tone="primary" onClick={() => (editing.value = NEW)}>
              {say.add}
            </Button>
            <Button tone="outline" onClick={onClose}>
              {t.value.common.close}
            </Button>
          </div>
        </>
      )}
    </Dialog>
  );
}

function MacroForm({
  board,
  desk,
  editing,
  macro,
}: Omit<Props, "onClose"> & { editing: Signal<Macro | undefined>; macro: Macro }) {
  const say = words.value.macros;
  const title = useSignal(macro.title);
  const text = useSignal(macro.text);
  const topic = useSignal(macro.topic);
  const refused = useSignal("");
  const sure = useSignal(false);
  const back = (done: boolean): void => {
    if (done) editing.value = undefined;
    else refused.value = t.value.codes[board.refused.peek()?.code ?? "internal"] ?? "";
  };

  async function save(event: Event): Promise<void> {
    event.preventDefault();
    if (!title.value.trim() || !text.value.trim()) {
      refused.value = say.missing;
      return;
    }
    back(
      await board.act("", {
        type: "macro.save",
        title: title.value.trim(),
        text: text.value.trim(),
        ...(macro.id && { macro: macro.id }),
        ...(topic.value && { topic: topic.value }),
      }),
    );
  }
  async function remove(): Promise<void> {
    if (!sure.value) sure.value = true;
    else back(await board.act("", { type: "macro.delete", macro: macro.id }));
  }

  return (
    <form class="stack" onSubmit={(event) => void save(event)}>
      <div class="field">
        <label for="macro-title">{say.titleLabel}</label>
        <input
          id="macro-title"
          class="input"
          maxLength={80}
          value={title.value}
          onInput={(event) => (title.value = event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="macro-text">{say.textLabel}</label>
        <textarea
          id="macro-text"
          class="input"
          rows={6}
          maxLength={4000}
          value={text.value}
          onInput={(event) => (text.value = event.currentTarget.value)}
        />
      </div>
      <div class="field">
        <label for="macro-topic">{say.topicLabel}</label>
        <select
          id="macro-topic"
          class="input"
          value={topic.value}
          onChange={(event) => (topic.value = event.currentTarget.value)}
        >
          <option value="">{say.everyTopic}</option>
          {Object.entries(desk.topics).map(([id, row]) => (
            <option key={id} value={id}>
              {row.name}
            </option>
          ))}
        </select>
      </div>
      {refused.value && <p role="alert">{refused.value}</p>}
      <div class="row">
        <Button submit tone="primary">
          {t.value.common.save}
        </Button>
        <Button tone="outline" onClick={() => (editing.value = undefined)}>
          {t.value.common.cancel}
        </Button>
        {macro.id && (
          <Button tone={sure.value ? "danger" : "plain"} onClick={() => void remove()}>
            {sure.value ? say.removeSure : say.remove}
          </Button>
        )}
      </div>
    </form>
  );
}
