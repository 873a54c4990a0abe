import { words } from "../../i18n/desk";
import { type Placed, patienceOf } from "../../state/desk_rows";
import { Icon } from "../../ui/icons";
import { Initial } from "../../ui/initial";
import type { DeskRow } from "../../wire/messages.gen";
import { citizenName, languageName, sinceWords } from "./names";

export interface RowProps {
  placed: Placed;
  topic: string;
  current: boolean;
  now: number;
  /** Of whom it is, where several may have it. */
  agent?: string;
  onOpen: () => void;
}

/** One conversation at a glance: who, about what, how long, how much is unread. */
export function Row({ placed, topic, current, now, agent, onOpen }: RowProps) {
  const { row } = placed;
  const say = words.value.row;
  const waits = row.unanswered || row.state === "waiting" || row.state === "reopened";
  return (
    <button
      type="button"
      class="desk-row"
      aria-current={current || undefined}
      data-waits={waits ? patienceOf(row.since, now) : undefined}
      onClick={onOpen}
    >
      <Initial name={citizenName(row.citizen, row.number)} presence={row.citizen_presence} />
      <span class="desk-row-text">
        <span class="desk-row-name">
          {citizenName(row.citizen, row.number)}
          {row.unread > 0 && (
            <span class="unread">
              <span aria-hidden="true">{row.unread}</span>
              <span class="unseen">, {say.unread(row.unread)}</span>
            </span>
          )}
        </span>
        <span class="desk-row-topic">
          {topic}
          {agent && ` · ${agent}`}
        </span>
        {row.excerpt && <span class="desk-row-excerpt">{row.excerpt}</span>}
        <Marks row={row} />
      </span>
      <span class="desk-row-wait">
        {waits && <span class="unseen">{say.waitsFor} </span>}
        {sinceWords(row.since, now)}
      </span>
    </button>
  );
}

/** What is particular about it, in words. */
function Marks({ row }: { row: DeskRow }) {
  const say = words.value.row;
  const marks = [
    row.for_me && say.forMe,
    row.state === "reopened" && say.reopened,
    row.later && say.later,
    row.helper && say.helper,
    row.language !== "fr" && languageName(row.language),
  ].filter(Boolean);
  if (marks.length === 0 && !row.call) return null;
  return (
    <span class="desk-row-marks">
      {row.call && (
        <span class="mark" data-tone="call">
          <Icon name="camera" />
          {say.call}
        </span>
      )}
      {marks.map((mark) => (
        <span key={mark} class="mark">
          {mark}
        </span>
      ))}
    </span>
  );
}
