import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import type { Ringing } from "../../state/ringing";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { Icon, type IconName } from "../../ui/icons";
import { typographic } from "../../widgets/typographic";
import type { LineRow, PupilRow } from "../../wire/messages.gen";
import { Acquaintance } from "./acquaintance";

export interface RingCardProps {
  row: LineRow;
  pupil: PupilRow | undefined;
  ringing: Ringing;
  photo: string;
  now: number;
  busy: boolean;
  onAccept: () => void;
  onLater: () => void;
  onNotNow: () => void;
}

/** A question rings: who, what, and three answers. The first is one gesture away. */
export function RingCard(props: RingCardProps) {
  const { row, pupil, ringing, photo, busy } = props;
  const say = t.value.volunteer;
  const name = pupil?.name ?? "";
  const card = useRef<HTMLElement>(null);
  const title = row.for_me ? say.asksForYou(name) : say.asks(name);
  const subject = t.value.subjects[row.subject] ?? "";
  useEffect(() => announce(`${title}. ${subject}`, true), [title, subject]);
  useEffect(() => {
    // Not while she writes: the lines would run away under her hands.
    if (!(document.activeElement instanceof HTMLTextAreaElement))
      card.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <section ref={card} class="ring" data-photo={photo !== ""} aria-label={title}>
      <div class="ring-what stack">
        <h2>{title}</h2>
        <p class="ring-subject">
          <Icon name={row.subject as IconName} />
          {subject}
          {pupil?.level && <span class="soft"> · {pupil.level}</span>}
        </p>
        {row.words && <p class="words">{typographic(row.words)}</p>}
        {pupil && <Acquaintance pupil={pupil} now={props.now} />}
      </div>
      {photo && <img class="ring-photo" src={photo} alt={t.value.common.photoOf(name)} />}
      <div class="ring-answers">
        <Button
          tone="call"
          large
          icon="call"
          busy={busy}
          label={say.acceptName(name)}
          onClick={props.onAccept}
        >
          {busy ? say.accepting : say.accept}
        </Button>
        <Button tone="outline" icon="clock" onClick={props.onLater}>
          {say.later}
        </Button>
        <Button tone="outline" onClick={props.onNotNow}>
          {say.notNow}
        </Button>
        {ringing.audible.value && !ringing.silenced.value && (
          <Button tone="plain" onClick={() => ringing.silence()}>
            {say.soundStop}
          </Button>
        )}
      </div>
    </section>
  );
}
