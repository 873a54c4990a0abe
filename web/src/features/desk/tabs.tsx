import { words } from "../../i18n/desk";
import type { Board } from "../../state/desk_board";
import { nameIn } from "./names";

/** The open conversations, side by side as tabs of paper: one click from one to the other. */
export function Tabs({ board, onOpen }: { board: Board; onOpen: (id: string) => void }) {
  const say = words.value.tabs;
  const threads = board.threads.value;
  const mine = board.view.value?.mine ?? {};
  if (threads.length < 2) return null;
  return (
    <nav class="tabs" aria-label={say.label}>
      <ul>
        {threads.map((thread) => {
          const view = thread.view.value;
          const name = view ? nameIn(view) : "…";
          const unread = mine[thread.id]?.unread ?? 0;
          const current = board.thread.value === thread;
          return (
            <li key={thread.id} class="tab" data-current={current}>
              <button
                type="button"
                class="tab-open"
                aria-current={current || undefined}
                onClick={() => onOpen(thread.id)}
              >
                {name}
                {unread > 0 && !current && (
                  <span class="unread">
                    <span aria-hidden="true">{unread}</span>
                    <span class="unseen">, {words.value.row.unread(unread)}</span>
                  </span>
                )}
                {thread.draft.text.value && !current && <span class="mark">{say.draft}</span>}
              </button>
              <button
                type="button"
                class="tab-shut"
                aria-label={say.shutName(name)}
                title={say.shut}
                onClick={() => board.shut(thread.id)}
              >
                <span aria-hidden="true">×</span>
              </button>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
