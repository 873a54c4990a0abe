import { words } from "../../i18n/desk";
import type { TalkLine } from "../../state/desk_lines";
import { numberOf, textOf } from "../../state/talk_events";
import type { ConversationView, DeskView } from "../../wire/messages.gen";
import { momentWords, nameIn, personName, topicName, untilWords } from "./names";

export interface Where {
  readonly view: ConversationView;
  readonly desk: DeskView;
  readonly now: number;
}

type Teller = (line: TalkLine, where: Where) => string;

const said = () => words.value.events;
const who = (line: TalkLine, field: string, { view, desk }: Where): string =>
  personName(textOf(line, field), view, desk);
const helper = (line: TalkLine, where: Where): string => textOf(line, "name") || who(line, "helper", where);

function given(line: TalkLine, where: Where): string {
  const topic = textOf(line, "topic");
  return topic
    ? said().toTopic(topicName(topic, where.desk) || topic)
    : said().toAgent(who(line, "agent", where));
}

/** One sentence for each kind of event. What citizens see and what only the desk sees do not share a kind's words. */
const TELLERS: Readonly<Record<string, Teller>> = {
  started: (line) => {
    const page = textOf(line, "page_title");
    return page ? said().startedOn(page) : said().started;
  },
  submitted: (line, { desk }) => said().submitted(topicName(textOf(line, "topic"), desk)),
  assigned: (line, where) => said().assigned(who(line, "agent", where)),
  released: (line) => (textOf(line, "reason") === "gone" ? said().releasedGone : said().released),
  agent_gone: (line, where) => said().agentGone(untilWords(numberOf(line, "until"), where.now)),
  agent_back: () => said().agentBack,
  transferred: given,
  snoozed: (line, where) => said().snoozed(momentWords(numberOf(line, "until"), where.now)),
  woken: () => said().woken,
  closed: (line, { view }) =>
    textOf(line, "by") === "citizen" ? said().closedByCitizen(nameIn(view)) : said().closed,
  reopened: (_, { view }) => said().reopened(nameIn(view)),
  later: (line, { view }) => (line.payload["later"] === false ? said().notLater : said().later(nameIn(view))),
  helper_invited: (line, where) => said().helperInvited(helper(line, where)),
  helper_joined: (line, where) => said().helperJoined(helper(line, where)),
  helper_allowed: (line, where) =>
    line.payload["may_send"] === true
      ? said().helperMaySend(who(line, "helper", where))
      : said().helperMayNotSend(who(line, "helper", where)),
  helper_left: (line, where) => said().helperLeft(who(line, "helper", where)),
  call_proposed: (line, { view, desk }) => said().callProposed(personName(line.author, view, desk)),
  call_began: () => said().callBegan,
  call_ended: (line) => said().callEnded[textOf(line, "outcome")] ?? said().callEnded["hung_up"] ?? "",
  call_declined: () => said().callDeclined,
  claimed: (line, { view, desk }) =>
    said().claimedAhead(personName(line.author, view, desk), numberOf(line, "ahead")),
  taken_over: (line, where) =>
    said().takenOver(personName(line.author, where.view, where.desk), who(line, "agent", where)),
  followed: (line, { view, desk }) =>
    line.payload["follow"] === false
      ? said().unfollowed(personName(line.author, view, desk))
      : said().followed(personName(line.author, view, desk)),
  rated: (line) => said().rated[numberOf(line, "rating")] ?? "",
};

/** What happened, as a sentence; empty for an event of a newer server. */
export function eventWords(line: TalkLine, where: Where): string {
  return TELLERS[line.kind]?.(line, where) ?? "";
}
