import { words } from "../../i18n/desk";
import { Initial } from "../../ui/initial";
import type { ColleagueRow, ConversationView, DeskView } from "../../wire/messages.gen";

/** Whether the citizen is there, in words. */
export function presenceOf(view: ConversationView): string {
  const citizen = Object.values(view.people).find((person) => person.role === "citizen");
  return words.value.presence[citizen?.presence ?? "gone"] ?? "";
}

/** Where a colleague is and how much she has; no order of merit. */
export function colleagueWords(row: ColleagueRow): string {
  const say = words.value.colleagues;
  if (row.presence === "gone") return words.value.presence["gone"] ?? "";
  const load = say.load(row.open, row.capacity);
  return row.paused ? `${say.paused} · ${load}` : `${words.value.presence[row.presence] ?? ""} · ${load}`;
}

/** By name, those who are here first. */
export function colleaguesOf(desk: DeskView): [string, ColleagueRow][] {
  return Object.entries(desk.colleagues)
    .filter(([id]) => id !== desk.me)
    .sort(
      ([, a], [, b]) =>
        Number(a.presence === "gone") - Number(b.presence === "gone") || a.name.localeCompare(b.name),
    );
}

export function Colleagues({ desk }: { desk: DeskView }) {
  const rows = colleaguesOf(desk);
  if (rows.length === 0) return <p class="lists-empty">{words.value.colleagues.none}</p>;
  return (
    <ul class="colleagues">
      {rows.map(([id, row]) => (
        <li key={id} class="colleague" data-presence={row.presence}>
          <Initial name={row.name} presence={row.paused ? "resting" : row.presence} />
          <span>
            <strong>{row.name}</strong>
            <span class="colleague-state">{colleagueWords(row)}</span>
          </span>
        </li>
      ))}
    </ul>
  );
}
