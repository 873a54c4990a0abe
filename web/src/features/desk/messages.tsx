import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import { reached, type TalkLine } from "../../state/desk_lines";
import type { Thread } from "../../state/desk_thread";
import { numberOf, textOf } from "../../state/talk_events";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { typographic } from "../../widgets/typographic";
import { DocumentLink } from "./document_link";
import { eventWords, type Where } from "./events";
import { directionOf, isSameDay, personName } from "./names";

export interface MessagesProps extends Where {
  thread: Thread;
  fileAddress: (file: string) => string;
}

const NEAR_END_PX = 120;

/** The talk, in order. It stays where it is while one reads further up; new messages are counted then. */
export function Messages(props: MessagesProps) {
  const { thread, view, desk } = props;
  const say = words.value.talk;
  const list = useRef<HTMLOListElement>(null);
  const missed = useSignal(0);
  const atEnd = useRef(true);
  const lines = thread.talk.value;
  const count = lines.length;
  const before = useRef(count);

  function toEnd(): void {
    list.current?.scrollTo({ top: list.current.scrollHeight });
    missed.value = 0;
  }
  useEffect(() => {
    const fresh = lines.slice(before.current);
    const last = fresh.at(-1);
    if (atEnd.current || last?.author === desk.me) toEnd();
    else missed.value += fresh.filter((line) => line.kind === "message").length;
    if (before.current > 0) tellNew(fresh, props);
    before.current = count;
  }, [count]);

  function scrolled(): void {
    const element = list.current;
    if (!element) return;
    atEnd.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END_PX;
    if (atEnd.current) missed.value = 0;
  }

  return (
    <div class="messages">
      {/* A scrolling area must be reachable by keyboard. */}
      <ol ref={list} class="messages-list" tabIndex={0} aria-label={say.messages} onScroll={scrolled}>
        {lines.map((line) => (
          <Line key={line.key} line={line} {...props} />
        ))}
        <Writers thread={thread} view={view} desk={desk} />
      </ol>
      {missed.value > 0 && (
        <Button class="messages-new" tone="primary" onClick={toEnd}>
          {say.newBelow(missed.value)}
        </Button>
      )}
    </div>
  );
}

/** Reads new messages of others out, once. */
function tellNew(fresh: readonly TalkLine[], { view, desk }: Where): void {
  const theirs = fresh.filter((line) => line.kind === "message" && line.author !== desk.me);
  if (theirs.length === 0) return;
  announce(
    theirs.map((line) => `${personName(line.author, view, desk)} : ${textOf(line, "text")}`).join(". "),
  );
}

function Line(props: MessagesProps & { line: TalkLine }) {
  const { line, now } = props;
  if (line.kind === "message" || line.kind === "document") return <Said {...props} />;
  const text = eventWords(line, props);
  if (!text) return null;
  return (
    <li class="talk-event" data-kind={line.kind}>
      {text} <time title={t.value.day(line.at)}>{timeWords(line.at, now)}</time>
    </li>
  );
}

function timeWords(at: number, now: number): string {
  return isSameDay(at, now) ? t.value.clock(at) : `${words.value.time.shortDay(at)} ${t.value.clock(at)}`;
}

/** Whose words these are, as far as the eye should tell them apart. */
function sideOf(line: TalkLine, { view, desk }: Where): "citizen" | "helper" | "mine" | "colleague" {
  const role = view.people[line.author]?.role;
  if (role === "citizen" || role === "helper") return role;
  return line.author === desk.me ? "mine" : "colleague";
}

function Said(props: MessagesProps & { line: TalkLine }) {
  const { line, view, thread, now } = props;
  const side = sideOf(line, props);
  const ours = side === "mine" || side === "colleague";
  return (
    <li class="talk-said" data-side={side} data-state={line.state}>
      <Who side={side} {...props} />
      <Content side={side} {...props} />
      <p class="said-foot">
        <time title={`${view.number}-${line.seq}`}>{timeWords(line.at, now)}</time>
        {line.state === "there" && ours && (
          <span>{words.value.talk.reached[reached(line.seq, view.people)]}</span>
        )}
        {line.state === "waiting" && <span>{words.value.talk.waiting}</span>}
      </p>
      {line.state === "failed" && <Failed line={line} thread={thread} view={view} desk={props.desk} />}
    </li>
  );
}

interface SaidPart extends MessagesProps {
  line: TalkLine;
  side: ReturnType<typeof sideOf>;
}

function Who({ line, side, view, desk }: SaidPart) {
  const say = words.value.talk;
  const helper = textOf(line, "helper");
  return (
    <p class="said-who">
      <strong>{side === "mine" ? words.value.you : personName(line.author, view, desk)}</strong>
      {side === "helper" && (
        <span class="mark" data-tone="helper">
          {say.helps}
        </span>
      )}
      {side === "colleague" && <span class="mark">{say.colleague}</span>}
      {helper && (
        <span class="mark" data-tone="helper">
          <Icon name="person" />
          {say.wroteBy(personName(helper, view, desk))}
        </span>
      )}
    </p>
  );
}

function Content({ line, side, view, fileAddress }: SaidPart) {
  if (line.kind === "document") {
    const file = textOf(line, "file");
    return (
      <DocumentLink
        name={textOf(line, "name")}
        size={numberOf(line, "size")}
        state={view.documents[file] ?? "received"}
        address={fileAddress(file)}
      />
    );
  }
  const theirs = side === "citizen" ? { lang: view.language, dir: directionOf(view.language) } : {};
  return (
    <p class="said-text" {...theirs}>
      {typographic(textOf(line, "text"))}
    </p>
  );
}

/** Why it did not leave, and what can be done. Nothing written is lost. */
function Failed({ line, thread, view, desk }: { line: TalkLine; thread: Thread } & Omit<Where, "now">) {
  const say = words.value.talk;
  const stale = line.code === "stale";
  const by = Object.keys(view.people).find((id) => id !== desk.me && view.people[id]?.role === "agent");
  const why = stale
    ? say.staleBy(by ? personName(by, view, desk) : words.value.somebody)
    : line.code === "conflict" || line.code === "forbidden"
      ? say.notMine
      : (t.value.codes[line.code ?? "internal"] ?? "");
  return (
    <div class="said-failed" role="alert">
      <p>
        <strong>{say.failed}</strong> {why}
      </p>
      <div class="row">
        <Button tone="primary" onClick={() => (stale ? thread.sendAnyway(line) : thread.retry(line.key))}>
          {stale ? say.sendAnyway : t.value.common.retry}
        </Button>
        <Button tone="outline" onClick={() => thread.takeBack(line)}>
          {say.takeBack}
        </Button>
        <Button tone="plain" onClick={() => thread.remove(line.key)}>
          {say.remove}
        </Button>
      </div>
    </div>
  );
}

/** Who is writing at this moment. */
function Writers({ thread, view, desk }: { thread: Thread } & Omit<Where, "now">) {
  const writing = Object.entries(thread.writing.value.people)
    .filter(([id, row]) => id !== desk.me && row.typing)
    .map(([id]) => personName(id, view, desk));
  if (writing.length === 0) return null;
  return (
    <li class="talk-typing">
      <span class="dots" aria-hidden="true" />
      {words.value.talk.typing(writing)}
    </li>
  );
}
