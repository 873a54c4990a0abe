const HOUR_S = 3_600;
const EVENING = 18;
const MORNING = 8.5;

/** Times for which a conversation is put away. */
export type SnoozeChoice = "hour" | "evening" | "morning" | "monday";

function at(now: number, days: number, hour: number): number {
  const date = new Date(now * 1000);
  date.setDate(date.getDate() + days);
  date.setHours(Math.floor(hour), (hour % 1) * 60, 0, 0);
  return date.getTime() / 1000;
}

/** Choices that make sense now, Unix seconds: no "this evening" in the evening, no "Monday" when that is tomorrow. */
export function snoozeChoices(now: number): [SnoozeChoice, number][] {
  const today = new Date(now * 1000);
  const choices: [SnoozeChoice, number][] = [["hour", now + HOUR_S]];
  if (today.getHours() < EVENING - 1) choices.push(["evening", at(now, 0, EVENING)]);
  choices.push(["morning", at(now, 1, MORNING)]);
  const toMonday = (8 - today.getDay()) % 7 || 7;
  if (toMonday > 1) choices.push(["monday", at(now, toMonday, MORNING)]);
  return choices;
}

const MOST_DAYS = 30;

/** Unix seconds of a `datetime-local` value; undefined when it is not in the next 30 days. */
export function chosenTime(value: string, now: number): number | undefined {
  const seconds = new Date(value).getTime() / 1000;
  return seconds > now && seconds <= now + MOST_DAYS * 24 * HOUR_S ? seconds : undefined;
}

/** The `datetime-local` value of a moment, in the time of this place. */
export function fieldTime(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(seconds * 1000 - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
