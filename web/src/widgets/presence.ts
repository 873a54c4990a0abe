import { t } from "../i18n";

/** Where a person is, in words; `withName` when in a lesson. */
export function presenceWords(presence: string, withName: string): string {
  const words = t.value.presence;
  switch (presence) {
    case "here":
      return words.here;
    case "away":
      return words.away;
    case "lesson":
      return withName ? words.lessonWith(withName) : words.lesson;
    case "resting":
      return words.resting;
    default:
      return words.gone;
  }
}

const DAY_S = 86_400;

function dayOf(at: number): number {
  const date = new Date(at * 1000);
  return Math.floor((date.getTime() / 1000 - date.getTimezoneOffset() * 60) / DAY_S);
}

/** Whole days between two moments, by the calendar of this place. */
export function daysBetween(at: number, now: number): number {
  return dayOf(now) - dayOf(at);
}

/** When somebody who is not here was last seen. */
export function seenWords(at: number | undefined, now: number): string {
  const words = t.value.presence;
  if (at === undefined) return words.neverSeen;
  const days = daysBetween(at, now);
  if (days <= 0) return words.seenToday(at);
  return days === 1 ? words.seenYesterday : words.seenOn(at);
}
