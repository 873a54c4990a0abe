import { useComputed, useSignal } from "@preact/signals";
import { type ComponentChildren, Fragment } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { h } from "../../i18n/help";
import { systemClock } from "../../protocol/clock";
import { comfort } from "../../state/help_comfort";
import { Newsreader } from "../../state/help_news";
import type { Talk } from "../../state/help_talk";
import { type Line, nameOf } from "../../state/talk_lines";
import { announce } from "../../ui/announcer";
import { Icon } from "../../ui/icons";
import { dayWords, sameDay } from "./days";
import { Message } from "./message";
import { noteWords } from "./notes";

export interface MessagesProps {
  talk: Talk;
  /** Server's time, Unix seconds. */
  now: number;
  open: (file: string) => Promise<Blob>;
  /** After the last line: waiting, the end, documents on their way. */
  children?: ComponentChildren;
}

/** The talk as a plain list that can be walked through; what is new is told by a live region of its own. */
export function Messages({ talk, now, open, children }: MessagesProps) {
  const say = h.value.talk;
  const scroller = useRef<HTMLDivElement>(null);
  const end = useRef<HTMLDivElement>(null);
  const atEnd = useSignal(true);
  const lines = talk.lines.value;
  const reading = talk.reading.value;
  const number = talk.view.value?.number ?? "";
  const last = lines.at(-1);
  useNews(talk);

  useEffect(() => {
    const mark = end.current;
    if (!mark) return undefined;
    const watch = new IntersectionObserver(([entry]) => {
      atEnd.value = entry?.isIntersecting ?? false;
      talk.setSeen(atEnd.value);
    });
    watch.observe(mark);
    return () => {
      watch.disconnect();
      talk.setSeen(false);
    };
  }, [talk]);
  useEffect(() => {
    // Something beneath has grown, or a card has come: who was at the end stays there.
    const area = scroller.current;
    if (!area) return undefined;
    const watch = new ResizeObserver(() => atEnd.peek() && toEnd());
    watch.observe(area);
    for (const part of area.children) watch.observe(part);
    return () => watch.disconnect();
  }, [talk]);
  useEffect(() => {
    // Who reads further up is left there; who wrote, or is at the end, sees the end.
    if (last?.mine || atEnd.peek()) toEnd();
  }, [last?.key, lines.length]);

  function toEnd(): void {
    // On a low screen it is the whole page that scrolls.
    for (const area of [scroller.current, document.getElementById("main")]) {
      area?.scrollTo({ top: area.scrollHeight });
    }
  }
  return (
    <div class="messages">
      {/* A scrolling area must be reachable by keyboard. */}
      <div ref={scroller} class="messages-scroll" tabIndex={0} role="region" aria-label={say.label}>
        <ol class="messages-list" aria-label={say.list}>
          {lines.map((line, index) => (
            <Fragment key={line.key}>
              {!sameDay(lines[index - 1]?.at, line.at) && (
                <li class="event day">
                  <time>{dayWords(line.at, now)}</time>
                </li>
              )}
              <Message
                line={line}
                number={number}
                reading={reading}
                open={open}
                onAgain={(key) => talk.retry(key)}
                onRemove={(key) => talk.remove(key)}
              />
            </Fragment>
          ))}
        </ol>
        <div class="messages-after">{children}</div>
        <div ref={end} class="messages-end" />
      </div>
      {!atEnd.value && (
        <button type="button" class="jump button" data-tone="primary" onClick={toEnd}>
          <Icon name="down" />
          <span>{say.jump(talk.unread.value)}</span>
        </button>
      )}
      <TypingLine talk={talk} />
    </div>
  );
}

/** Reads out what others write while the page is open; nothing of what was there before. */
function useNews(talk: Talk): void {
  const told = useRef<number | undefined>(undefined);
  const reader = useRef<Newsreader | undefined>(undefined);
  reader.current ??= new Newsreader(
    systemClock,
    () => ({ one: h.value.talk.from, many: h.value.talk.newFrom }),
    announce,
  );
  const lines = talk.lines.value;
  const highest = lines.reduce((most, line) => Math.max(most, line.seq), 0);
  useEffect(() => {
    const before = told.current;
    if (highest > 0) told.current = highest;
    if (before === undefined) return;
    for (const line of lines) {
      if (line.seq > before && !line.mine) tell(line);
    }
  }, [highest]);

  function tell(line: Line): void {
    const reading = talk.reading.value;
    if (line.kind === "note") {
      const text = noteWords(line.event, reading);
      if (text && line.author !== reading.me) announce(text);
      return;
    }
    if (comfort.sound.value && !document.hasFocus()) void ring();
    const text = line.kind === "message" ? line.text : line.name;
    reader.current?.add({ name: nameOf(reading, line.author), text });
  }
}

/** Two soft notes, for somebody who looks elsewhere. The browser lets them out only after a gesture on this page. */
async function ring(): Promise<void> {
  (await import("../../state/level")).chime([659.25, 880]);
}

/** Who writes at this moment. Not read out: it would interrupt what matters. */
function TypingLine({ talk }: { talk: Talk }) {
  const names = useComputed(() =>
    Object.entries(talk.writing.value)
      .filter(([person, row]) => row.typing && !row.draft && person !== talk.reading.value.me)
      .map(([person]) => nameOf(talk.reading.value, person))
      .filter(Boolean),
  ).value;
  if (names.length === 0) return null;
  return (
    <p class="typing" aria-hidden="true">
      {h.value.talk.typing(h.value.list(names), names.length > 1)}
      <span class="dots">
        <i />
        <i />
        <i />
      </span>
    </p>
  );
}
