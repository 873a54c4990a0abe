import { t } from "../../i18n";
import { Initial } from "../../ui/initial";
import { presenceWords, seenWords } from "../../widgets/presence";
import type { PupilRow, VolunteerRow } from "../../wire/messages.gen";
import { Acquaintance } from "./acquaintance";

const ORDER: readonly string[] = ["here", "lesson", "away", "gone"];

function place(row: PupilRow): number {
  return ORDER.indexOf(row.presence);
}

/** Those who are here first, then by name: the list does not jump when somebody only looks away. */
export function inOrder(pupils: Readonly<Record<string, PupilRow>>): [string, PupilRow][] {
  return Object.entries(pupils).sort(([, a], [, b]) => place(a) - place(b) || a.name.localeCompare(b.name));
}

/** The class as a page of an exercise book: names, where they are, what is shared with them. */
export function ClassList({ pupils, now }: { pupils: Readonly<Record<string, PupilRow>>; now: number }) {
  const say = t.value.volunteer;
  const rows = inOrder(pupils);
  const here = rows.filter(([, row]) => row.presence === "here" || row.presence === "lesson").length;
  return (
    <section class="class" aria-labelledby="class-title">
      <div class="class-head">
        <h2 id="class-title">{say.classTitle}</h2>
        <p class="soft">{say.classCount(here, rows.length)}</p>
      </div>
      <ul class="class-rows">
        {rows.map(([id, row]) => (
          <li key={id} class="pupil-row" data-presence={row.presence}>
            <Initial name={row.name} presence={row.presence} />
            <div class="pupil-who">
              <p>
                <strong class="pupil-name" data-presence={row.presence}>
                  {row.name}
                </strong>
                {row.level && <span class="level">{row.level}</span>}
                {row.question && <span class="asking">{say.hasQuestion}</span>}
              </p>
              <Acquaintance pupil={row} now={now} />
            </div>
            <p class="pupil-where soft">
              {row.presence === "gone"
                ? seenWords(row.last_seen, now)
                : presenceWords(row.presence, row.with_name)}
            </p>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The other volunteers, smaller: one is not alone. */
export function Colleagues({ rows, me }: { rows: Readonly<Record<string, VolunteerRow>>; me: string }) {
  const others = Object.entries(rows).filter(([id]) => id !== me);
  if (others.length === 0) return null;
  return (
    <section class="colleagues" aria-labelledby="colleagues-title">
      <h2 id="colleagues-title">{t.value.volunteer.others}</h2>
      <ul>
        {others.map(([id, row]) => (
          <li key={id}>
            <Initial name={row.name} presence={row.presence} />
            <span>
              <strong>{row.name}</strong>
              <span class="soft">{presenceWords(row.presence, row.with_name)}</span>
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
