import { h } from "../../i18n/help";
import { flagOf, numberOf, textOf } from "../../state/talk_events";
import { nameOf, type Reading } from "../../state/talk_lines";
import type { LogEvent } from "../../wire/messages.gen";

type Say = (event: LogEvent, reading: Reading) => string;

const notes = () => h.value.notes;
const helperOf: Say = (event, reading) => textOf(event, "name") || nameOf(reading, textOf(event, "helper"));

/** What is told of each kind of event; an empty text is no line. */
const WORDS: Readonly<Record<string, Say>> = {
  started: (event) => notes().started(textOf(event, "page_title")),
  submitted: () => "",
  assigned: (event, reading) => {
    const name = nameOf(reading, textOf(event, "agent"));
    if (!name) return "";
    return reading.people[reading.me]?.role === "citizen" ? notes().assigned(name) : notes().assignedMe(name);
  },
  released: (event) => (textOf(event, "reason") === "gone" ? notes().released : ""),
  transferred: () => notes().transferred,
  agent_gone: (event, reading) => {
    const name = adviserOf(event, reading);
    return name ? notes().agentGone(name) : "";
  },
  agent_back: (event, reading) => {
    const name = adviserOf(event, reading);
    return name ? notes().agentBack(name) : "";
  },
  snoozed: (event) => notes().snoozed(numberOf(event, "until")),
  woken: () => notes().woken,
  closed: () => notes().closed,
  reopened: () => notes().reopened,
  later: (event) => (flagOf(event, "later") ? notes().later : notes().stay),
  helper_invited: (event, reading) => notes().helperInvited(helperOf(event, reading)),
  helper_joined: (event, reading) =>
    textOf(event, "helper") === reading.me ? notes().helping : notes().helperJoined(helperOf(event, reading)),
  helper_allowed: (event, reading) => {
    const name = helperOf(event, reading);
    return flagOf(event, "may_send") ? notes().helperAllowed(name) : notes().helperForbidden(name);
  },
  helper_left: (event, reading) => notes().helperLeft(helperOf(event, reading)),
  call_proposed: () => notes().callProposed,
  call_began: () => notes().callBegan,
  call_ended: () => notes().callEnded,
  call_declined: () => notes().callDeclined,
};

/** Who has it: the system tells of her going and coming, not she herself. */
function adviserOf(event: LogEvent, reading: Reading): string {
  const agent = Object.values(reading.people).find((person) => person.role === "agent" && !person.left);
  return nameOf(reading, event.author) || (agent?.name ?? "");
}

/** An event of the log in one sentence; empty when it is nobody's news. */
export function noteWords(event: LogEvent, reading: Reading): string {
  return WORDS[event.kind]?.(event, reading) ?? "";
}
