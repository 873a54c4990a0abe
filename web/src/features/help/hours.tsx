import { h } from "../../i18n/help";
import type { TopicRow } from "../../wire/messages.gen";

/** What is true of all topics alike, to be said once; empty when they differ. */
export function commonHours(topics: readonly TopicRow[]): string {
  const all = new Set(topics.map(hoursWords));
  return topics.length > 1 && all.size === 1 ? [...all].join("") : "";
}

/** The truth about a topic, in one or two short sentences. */
export function hoursWords(topic: TopicRow): string {
  const say = h.value.hours;
  if (!topic.open) return `${say.closed}. ${topic.next ? say.later(topic.next) : say.laterUnknown}.`;
  if (!topic.live) return `${say.openNobody}. ${say.leave}.`;
  const parts = [say.live];
  if (topic.estimate) parts.push(say.usually(topic.estimate.usual_s));
  else if (topic.waiting > 0) parts.push(say.waiting(topic.waiting));
  else if (topic.until) parts.push(say.openUntil(topic.until));
  return `${parts.join(", ")}.`;
}
