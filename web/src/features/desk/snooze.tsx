import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { Board } from "../../state/desk_board";
import { chosenTime, fieldTime, snoozeChoices } from "../../state/desk_times";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import type { ConversationView } from "../../wire/messages.gen";
import { momentWords, nameIn } from "./names";

export interface SnoozeProps {
  board: Board;
  view: ConversationView;
  now: number;
  onClose: () => void;
}

/** Until when; it comes back by itself, and at once when the citizen writes. */
export function SnoozeDialog({ board, view, now, onClose }: SnoozeProps) {
  const say = words.value.snooze;
  const value = useSignal(fieldTime(now + 24 * 3600));
  const bad = useSignal(false);

  function put(until: number): void {
    const { conversation, version } = view;
    void board.act(conversation, { type: "desk.snooze", conversation, version, until });
    onClose();
  }
  function chosen(event: Event): void {
    event.preventDefault();
    const until = chosenTime(value.value, now);
    bad.value = until === undefined;
    if (until !== undefined) put(until);
  }

  return (
    <Dialog title={say.title(nameIn(view))} onClose={onClose}>
      <p class="soft">{say.text}</p>
      <ul class="stack">
        {snoozeChoices(now).map(([choice, until]) => (
          <li key={choice}>
            <Button tone="outline" class="wide" onClick={() => put(until)}>
              {say.choices[choice]} <span class="soft">· {momentWords(until, now)}</span>
            </Button>
          </li>
        ))}
      </ul>
      <form class="stack" onSubmit={chosen}>
        <div class="field">
          <label for="snooze-until">{say.date}</label>
          <input
            id="snooze-until"
            class="input"
            type="datetime-local"
            value={value.value}
            aria-invalid={bad.value || undefined}
            aria-describedby={bad.value ? "snooze-bad" : undefined}
            onInput={(event) => (value.value = event.currentTarget.value)}
          />
          {bad.value && (
            <p id="snooze-bad" role="alert">
              {say.bad}
            </p>
          )}
        </div>
        <div class="row">
          <Button submit tone="primary">
            {say.put}
          </Button>
          <Button tone="outline" onClick={onClose}>
            {t.value.common.cancel}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
