import type { LogEvent } from "../wire/messages.gen";

/** The kinds of events of a talk that are told in a line of their own; docs/protocol.md section 8 has the payloads. */
export const NOTES: ReadonlySet<string> = new Set([
  "started",
  "submitted",
  "assigned",
  "released",
  "transferred",
  "agent_gone",
  "agent_back",
  "snoozed",
  "woken",
  "closed",
  "reopened",
  "later",
  "helper_invited",
  "helper_joined",
  "helper_allowed",
  "helper_left",
  "call_proposed",
  "call_began",
  "call_ended",
  "call_declined",
]);

/** What came with an event. */
type WithPayload = Pick<LogEvent, "payload">;

/** A text of an event's payload; empty when there is none. */
export function textOf(event: WithPayload, field: string): string {
  const value = event.payload[field];
  return typeof value === "string" ? value : "";
}

export function numberOf(event: WithPayload, field: string): number {
  const value = event.payload[field];
  return typeof value === "number" ? value : 0;
}

export function flagOf(event: WithPayload, field: string): boolean {
  return event.payload[field] === true;
}

/** Where a call of the conversation stands, by its log. */
export type CallStep = "proposed" | "began" | "over";

/** The latest step of each call: a page that was loaded again knows from this whether it is in one. */
export function callSteps(events: readonly LogEvent[]): ReadonlyMap<string, CallStep> {
  const steps = new Map<string, CallStep>();
  for (const event of events) {
    const call = textOf(event, "call");
    if (event.kind === "call_proposed") steps.set(call, "proposed");
    else if (event.kind === "call_began") steps.set(call, "began");
    else if (event.kind === "call_ended" || event.kind === "call_declined") steps.set(call, "over");
  }
  return steps;
}
