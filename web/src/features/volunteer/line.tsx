import { useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Icon, type IconName } from "../../ui/icons";
import { Initial } from "../../ui/initial";
import { typographic } from "../../widgets/typographic";
import type { LineRow, VolunteerView } from "../../wire/messages.gen";
import { Acquaintance } from "./acquaintance";

export interface LineProps {
  view: VolunteerView;
  now: number;
  /** Questions shown elsewhere on the page: the one that rings. */
  without: string;
  mayAnswer: boolean;
  accepting: string;
  fileAddress: (file: string) => string;
  onAccept: (row: LineRow) => void;
}

/** Open questions in their order, with the reason for the order. */
export function Line(props: LineProps) {
  const { view } = props;
  const say = t.value.volunteer;
  const rows = Object.entries(view.line)
    .filter(([id]) => id !== props.without)
    .sort(([, a], [, b]) => a.rank - b.rank);
  // The only question rings above: nothing to list.
  if (rows.length === 0 && props.without !== "") return null;
  const empty = view.free ? say.noQuestion : say.noQuestionResting;
  return (
    <section class="line stack" aria-labelledby="line-title">
      <h2 id="line-title">{say.questionsTitle}</h2>
      {rows.length === 0 && <p class="line-empty">{empty}</p>}
      {rows.length > 0 && (
        <ol class="line-rows">
          {rows.map(([id, row]) => (
            <Row key={id} row={row} {...props} />
          ))}
        </ol>
      )}
      {rows.length > 1 && <p class="soft">{say.order}</p>}
    </section>
  );
}

function Row({ row, view, now, mayAnswer, accepting, fileAddress, onAccept }: LineProps & { row: LineRow }) {
  const say = t.value.volunteer;
  const pupil = view.pupils[row.pupil];
  const name = pupil?.name ?? "";
  if (row.taken_by) {
    return (
      <li class="question" data-taken="true">
        <p>{say.takenBy(row.taken_by, name)}</p>
      </li>
    );
  }
  return (
    <li class="question card">
      <div class="question-who">
        <Initial name={name} presence={pupil?.presence ?? ""} />
        <div>
          <h3>
            {name} {pupil?.level && <span class="level">{pupil.level}</span>}
          </h3>
          <p class="question-subject">
            <Icon name={row.subject as IconName} />
            {t.value.subjects[row.subject]}
          </p>
        </div>
      </div>
      {row.for_me && <p class="for-me">{say.forMe}</p>}
      {row.words && <p class="words">{typographic(row.words)}</p>}
      {pupil && <Acquaintance pupil={pupil} now={now} />}
      <p class="soft">{waitOf(row, now)}</p>
      <div class="row">
        {mayAnswer && (
          <Button
            tone="call"
            icon="call"
            label={say.acceptName(name)}
            busy={accepting === row.call}
            onClick={() => onAccept(row)}
          >
            {accepting === row.call ? say.accepting : say.accept}
          </Button>
        )}
        {row.photo && <PhotoButton address={fileAddress(row.photo)} name={name} />}
      </div>
    </li>
  );
}

function waitOf(row: LineRow, now: number): string {
  const say = t.value.volunteer;
  const minutes = Math.max(0, Math.floor((now - row.asked_at) / 60));
  const parts = [say.waits(minutes), say.lessonsToday(row.lessons_today)];
  if (!row.here) parts.push(say.notHere);
  if (row.callback_at !== undefined) parts.push(say.callback(row.callback_at));
  return parts.join(" · ");
}

function PhotoButton({ address, name }: { address: string; name: string }) {
  const open = useSignal(false);
  const title = t.value.common.photoOf(name);
  return (
    <>
      <Button
        tone="outline"
        icon="picture"
        onClick={() => {
          open.value = true;
        }}
      >
        {t.value.volunteer.showPhoto}
      </Button>
      {open.value && (
        <Dialog
          wide
          title={title}
          onClose={() => {
            open.value = false;
          }}
        >
          <img src={address} alt={title} />
          <Button
            onClick={() => {
              open.value = false;
            }}
          >
            {t.value.common.close}
          </Button>
        </Dialog>
      )}
    </>
  );
}
