import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { words } from "../../i18n/desk";
import type { Board } from "../../state/desk_board";
import { lineOf, mineOf, type Placed } from "../../state/desk_rows";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icons";
import type { DeskRow, DeskView } from "../../wire/messages.gen";
import { citizenName, momentWords, topicName } from "./names";
import { Row } from "./row";

export interface ListsProps {
  board: Board;
  view: DeskView;
  now: number;
  /** Shows the talk where only one column fits. */
  onOpen: (id: string) => void;
  onTake: (id: string) => void;
}

/** What waits, and what is mine. */
export function Lists(props: ListsProps) {
  const { view, now, board, onOpen } = props;
  const say = words.value.lists;
  const { offered, waiting } = lineOf(view);
  const { open, snoozed, closed } = mineOf(view);
  const current = board.thread.value?.id ?? "";
  const row = (placed: Placed) => (
    <li key={placed.id}>
      <Row
        placed={placed}
        topic={topicName(placed.row.topic, view)}
        current={placed.id === current}
        now={now}
        onOpen={() => onOpen(placed.id)}
      />
    </li>
  );
  return (
    <>
      {offered.map((placed) => (
        <Offered key={placed.id} placed={placed} {...props} />
      ))}
      <section aria-labelledby="mine-title">
        <h2 id="mine-title" class="lists-title">
          {say.mine} <span class="count">{open.length}</span>
        </h2>
        {open.length === 0 ? <p class="lists-empty">{say.mineEmpty}</p> : <ul>{open.map(row)}</ul>}
        {snoozed.length > 0 && (
          <Folded title={say.snoozed(snoozed.length)}>
            {snoozed.map((placed) => (
              <li key={placed.id}>
                {row(placed)}
                <p class="row-until">
                  {placed.row.snoozed_until !== undefined &&
                    say.snoozedUntil(momentWords(placed.row.snoozed_until, now))}
                </p>
              </li>
            ))}
          </Folded>
        )}
        {closed.length > 0 && <Folded title={say.closed(closed.length)}>{closed.map(row)}</Folded>}
      </section>
      <section aria-labelledby="line-title">
        <h2 id="line-title" class="lists-title">
          {say.line} <span class="count">{waiting.length + offered.length}</span>
        </h2>
        {waiting.length === 0 ? (
          <p class="lists-empty">{offered.length > 0 ? say.lineOnlyOffered : say.lineEmpty}</p>
        ) : (
          <ol>{waiting.map(row)}</ol>
        )}
      </section>
    </>
  );
}

/** Rings here: who it is, and one thing to do. */
function Offered({ placed, view, now, board, onOpen, onTake }: ListsProps & { placed: Placed }) {
  const say = words.value.lists;
  const { id, row } = placed;
  const name = citizenName(row.citizen, row.number);
  const loud = board.session.link.value !== "lost";
  return (
    <section class="offered" aria-label={say.offered(name)}>
      <p class="offered-title">
        <Icon name="bell" />
        {offeredTitle(row)}
      </p>
      <Row
        placed={placed}
        topic={topicName(row.topic, view)}
        current={board.thread.value?.id === id}
        now={now}
        onOpen={() => onOpen(id)}
      />
      <Button
        tone="call"
        label={say.takeName(name)}
        busy={board.busy.value === id || !loud}
        onClick={() => onTake(id)}
      >
        {words.value.take}
      </Button>
    </section>
  );
}

function offeredTitle(row: DeskRow): string {
  const say = words.value.lists;
  if (!row.for_me) return say.offeredTitle;
  return row.state === "reopened" ? say.offeredBack : say.offeredForMe;
}

function Folded({ title, children }: { title: string; children: ComponentChildren }) {
  const open = useSignal(false);
  return (
    <details class="folded" open={open.value} onToggle={(event) => (open.value = event.currentTarget.open)}>
      <summary>{title}</summary>
      <ul>{children}</ul>
    </details>
  );
}
