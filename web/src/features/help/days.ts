import { h } from "../../i18n/help";

const DAY_S = 86_400;

/** Number of the day in this place. */
function dayOf(at: number): number {
  const date = new Date(at * 1000);
  return Math.floor((at - date.getTimezoneOffset() * 60) / DAY_S);
}

export function sameDay(before: number | undefined, at: number): boolean {
  return before !== undefined && dayOf(before) === dayOf(at);
}

/** "Aujourd’hui", "Hier", or the day by its name. Unix seconds. */
export function dayWords(at: number, now: number): string {
  const days = dayOf(now) - dayOf(at);
  if (days === 0) return h.value.talk.today;
  return days === 1 ? h.value.talk.yesterday : h.value.day(at);
}
