import type { DeskRow, DeskView } from "../wire/messages.gen";

/** One row of the desk with the id of its conversation. */
export interface Placed {
  readonly id: string;
  readonly row: DeskRow;
}

/** How long somebody has waited, as far as the eye should see it. */
export type Patience = "fresh" | "long" | "very_long";

const LONG_S = 5 * 60;
const VERY_LONG_S = 10 * 60;

export function patienceOf(since: number, now: number): Patience {
  const waited = now - since;
  if (waited >= VERY_LONG_S) return "very_long";
  return waited >= LONG_S ? "long" : "fresh";
}

function placed(rows: Readonly<Record<string, DeskRow>>): Placed[] {
  return Object.entries(rows).map(([id, row]) => ({ id, row }));
}

/** What rings here, and what else waits; both in the order of the line. */
export function lineOf(view: DeskView): { offered: Placed[]; waiting: Placed[] } {
  const rank = (one: Placed): number => view.ranks[one.id] ?? Number.MAX_SAFE_INTEGER;
  const rows = placed(view.line).sort((a, b) => rank(a) - rank(b));
  return {
    offered: rows.filter((one) => one.row.offered),
    waiting: rows.filter((one) => !one.row.offered),
  };
}

/** Mine: who waits for an answer first, longest wait on top; then the others, latest on top. */
export function mineOf(view: DeskView): { open: Placed[]; snoozed: Placed[]; closed: Placed[] } {
  const rows = placed(view.mine);
  const latest = (a: Placed, b: Placed): number => b.row.since - a.row.since;
  const open = rows.filter((one) => one.row.state !== "snoozed" && one.row.state !== "closed");
  return {
    open: [
      ...open.filter((one) => one.row.unanswered).sort((a, b) => a.row.since - b.row.since),
      ...open.filter((one) => !one.row.unanswered).sort(latest),
    ],
    snoozed: rows
      .filter((one) => one.row.state === "snoozed")
      .sort((a, b) => (a.row.snoozed_until ?? 0) - (b.row.snoozed_until ?? 0)),
    closed: rows.filter((one) => one.row.state === "closed").sort(latest),
  };
}

/** Unread messages of all that is mine. */
export function unreadOf(view: DeskView): number {
  return Object.values(view.mine).reduce((sum, row) => sum + row.unread, 0);
}

/** The conversation `by` places further in my list, round and round; the first one when none is open. */
export function neighbour(view: DeskView, current: string, by: number): string {
  const ids = mineOf(view).open.map((one) => one.id);
  const at = ids.indexOf(current);
  if (ids.length === 0) return "";
  if (at < 0) return (by > 0 ? ids[0] : ids.at(-1)) ?? "";
  return ids[(at + by + ids.length) % ids.length] ?? "";
}
