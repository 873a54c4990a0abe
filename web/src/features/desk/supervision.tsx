import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import { type Board, openSupervision } from "../../state/desk_board";
import { Button } from "../../ui/button";
import { useArrival } from "../../ui/focus";
import type { DeskRow, DeskView, SupervisedTopic, SupervisionView } from "../../wire/messages.gen";
import { citizenName, sinceWords } from "./names";
import { Colleagues } from "./people";
import "./supervision.css";

export interface SupervisionProps {
  board: Board;
  desk: DeskView;
  now: number;
  onOpen: (id: string) => void;
}

/** The queue and the desk as they are now. It compares topics, never people. */
export function Supervision({ board, desk, now, onOpen }: SupervisionProps) {
  const say = words.value.supervision;
  const heading = useArrival<HTMLHeadingElement>();
  const view = useSignal<SupervisionView | undefined>(undefined);
  useEffect(() => {
    const supervision = openSupervision(board.session);
    const stop = supervision.view.subscribe((next) => (view.value = next));
    return () => {
      stop();
      supervision.close();
    };
  }, []);
  const now_ = view.value;
  return (
    <div class="supervision">
      <h2 ref={heading} tabIndex={-1}>
        {say.title}
      </h2>
      {!now_ && <p class="soft">{t.value.common.loading}</p>}
      {now_ && (
        <>
          <Topics topics={now_.topics} now={now} />
          <All rows={now_.conversations} desk={desk} board={board} now={now} onOpen={onOpen} />
          <section class="stack" aria-labelledby="desk-now">
            <h3 id="desk-now">{say.desk}</h3>
            <Colleagues desk={{ ...desk, me: "", colleagues: now_.colleagues }} />
          </section>
        </>
      )}
    </div>
  );
}

function Topics({ topics, now }: { topics: SupervisionView["topics"]; now: number }) {
  const say = words.value.supervision;
  const rows = Object.entries(topics).sort(([, a], [, b]) => a.name.localeCompare(b.name));
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={say.topics}>
      <table>
        <caption>{say.topics}</caption>
        <thead>
          <tr>
            {say.topicColumns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(([id, row]) => (
            <tr key={id}>
              <th scope="row">
                {row.name}
                {!row.open && <span class="mark">{say.closed}</span>}
              </th>
              <td data-much={row.waiting > 0}>{row.waiting}</td>
              <td>{row.longest_since === undefined ? "–" : sinceWords(row.longest_since, now)}</td>
              <td data-much={row.waiting > 0 && row.agents_here === 0}>{row.agents_here}</td>
              <td>{estimateWords(row)}</td>
              <td>{row.answered_today}</td>
              <td>{row.given_up_today}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function estimateWords({ estimate }: SupervisedTopic): string {
  const say = words.value.supervision;
  if (!estimate) return say.noEstimate;
  return say.estimate(Math.ceil(estimate.usual_s / 60), Math.ceil(estimate.long_s / 60), estimate.sample);
}

interface AllProps {
  rows: SupervisionView["conversations"];
  desk: DeskView;
  board: Board;
  now: number;
  onOpen: (id: string) => void;
}

function All({ rows, desk, board, now, onOpen }: AllProps) {
  const say = words.value.supervision;
  const sorted = Object.entries(rows).sort(
    ([, a], [, b]) => Number(b.unanswered) - Number(a.unanswered) || a.since - b.since,
  );
  return (
    <div class="table-scroll" tabIndex={0} role="region" aria-label={say.conversations}>
      <table>
        <caption>{say.conversations}</caption>
        <thead>
          <tr>
            {say.conversationColumns.map((column) => (
              <th key={column} scope="col">
                {column}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {sorted.map(([id, row]) => (
            <OneRow key={id} id={id} row={row} desk={desk} board={board} now={now} onOpen={onOpen} />
          ))}
        </tbody>
      </table>
      {sorted.length === 0 && <p class="lists-empty">{say.none}</p>}
    </div>
  );
}

function OneRow({
  id,
  row,
  desk,
  board,
  now,
  onOpen,
}: Omit<AllProps, "rows"> & { id: string; row: DeskRow }) {
  const say = words.value.supervision;
  const name = citizenName(row.citizen, row.number);
  const mayTake = row.agent !== desk.me;
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{desk.topics[row.topic]?.name}</td>
      <td>{words.value.states[row.state] ?? row.state}</td>
      <td>{row.agent === desk.me ? words.value.you : (desk.colleagues[row.agent]?.name ?? "–")}</td>
      <td>{row.unanswered || !row.agent ? sinceWords(row.since, now) : "–"}</td>
      <td>
        <div class="row">
          <Button tone="outline" label={say.openName(name)} onClick={() => onOpen(id)}>
            {say.open}
          </Button>
          {mayTake && (
            <Button
              tone="plain"
              label={say.takeName(name)}
              onClick={() => {
                onOpen(id);
                void board.claim(id);
              }}
            >
              {row.agent ? words.value.talk.takeOver : words.value.take}
            </Button>
          )}
        </div>
      </td>
    </tr>
  );
}
