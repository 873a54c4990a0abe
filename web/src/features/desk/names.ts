import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { ConversationView, DeskView } from "../../wire/messages.gen";

/** A citizen's name; who gave none is told apart by the end of the number. */
export function citizenName(name: string, number: string): string {
  return name || words.value.row.nameless(number.slice(-4));
}

/** The citizen of a conversation that is open. */
export function nameIn(view: ConversationView): string {
  const citizen = Object.values(view.people).find((person) => person.role === "citizen");
  return citizenName(citizen?.name ?? "", view.number);
}

/** Anybody who is named in a talk; `me` is "Vous" where the sentence allows it. */
export function personName(id: string, view: ConversationView, desk: DeskView): string {
  const person = view.people[id];
  if (person?.role === "citizen") return nameIn(view);
  return person?.name || desk.colleagues[id]?.name || (id === desk.me ? desk.name : words.value.somebody);
}

export function topicName(id: string, desk: DeskView): string {
  return desk.topics[id]?.name ?? "";
}

/** "4 min", "2 h", "3 j": short enough for a list. */
export function sinceWords(since: number, now: number): string {
  const minutes = Math.max(0, Math.floor((now - since) / 60));
  const say = words.value.time;
  if (minutes < 1) return say.now;
  if (minutes < 60) return say.minutes(minutes);
  return minutes < 24 * 60 ? say.hours(Math.floor(minutes / 60)) : say.days(Math.floor(minutes / 1440));
}

/** "à 20:14" today, "lundi 23 novembre à 08:30" on another day. */
export function momentWords(at: number, now: number): string {
  const say = words.value.time;
  const { clock, day } = t.value;
  return isSameDay(at, now) ? say.at(clock(at)) : say.dayAt(day(at), clock(at));
}

/** "jusqu’à 20:14" today, "jusqu’au lundi 23 novembre à 08:30" on another day. */
export function untilWords(at: number, now: number): string {
  const say = words.value.time;
  const { clock, day } = t.value;
  return isSameDay(at, now) ? say.until(clock(at)) : say.untilDay(day(at), clock(at));
}

export function isSameDay(at: number, now: number): boolean {
  return new Date(at * 1000).toDateString() === new Date(now * 1000).toDateString();
}

/** A language in the words of this page's language. */
export function languageName(code: string): string {
  return new Intl.DisplayNames(t.value.language, { type: "language" }).of(code) ?? code;
}

/** A direction for text in that language. */
export function directionOf(code: string): "ltr" | "rtl" {
  return ["ar", "fa", "he", "ur"].includes(code) ? "rtl" : "ltr";
}

/** "1,2 Mo": as the person's own computer would say it. */
export function sizeWords(bytes: number): string {
  const say = words.value.documents;
  const format = new Intl.NumberFormat(t.value.language, { maximumFractionDigits: 1 });
  return bytes < 1_000_000
    ? say.kilo(format.format(Math.ceil(bytes / 1000)))
    : say.mega(format.format(bytes / 1_000_000));
}
