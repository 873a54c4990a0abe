import { t } from "../../i18n";
import { daysBetween } from "../../widgets/presence";
import { typographic } from "../../widgets/typographic";
import type { PupilRow } from "../../wire/messages.gen";

/** How often and when they met, and the two lines of last time. */
export function Acquaintance({ pupil, now }: { pupil: PupilRow; now: number }) {
  const say = t.value.volunteer;
  const known = pupil.familiarity;
  if (!known || known.lessons === 0) return null;
  const days = daysBetween(known.last_at, now);
  const day = days <= 0 ? say.today : days === 1 ? say.yesterday : t.value.day(known.last_at);
  const subject = t.value.subjects[known.last_subject];
  return (
    <p class="known">
      <span class="soft">
        {say.met(known.lessons, day)}
        {subject && ` (${subject})`}
      </span>
      {known.note && (
        <q class="known-note">
          <span class="unseen">{say.noteBefore} : </span>
          {typographic(known.note)}
        </q>
      )}
    </p>
  );
}
