import { effect, type ReadonlySignal, signal } from "@preact/signals";
import type { ClientCommand, ConversationView, WritingView } from "../wire/messages.gen";
import type { Session } from "./session";

const VIEWING_EVERY_MS = 15_000;
const TYPING_EVERY_MS = 4_000;
const TYPING_ENDS_MS = 6_000;

export interface PresenceParts {
  readonly view: ReadonlySignal<ConversationView | undefined>;
  /** Last seq of the talk that is here. */
  readonly last: ReadonlySignal<number>;
  readonly me: string;
}

/** Who looks and who writes, mine and others'; and how far I have read. Of this moment, in no log. */
export interface ThreadPresence {
  readonly writing: ReadonlySignal<WritingView>;
  readonly typing: (on: boolean) => void;
  readonly show: (on: boolean) => void;
  readonly close: () => void;
}

const NOTHING_READ = { delivered: 0, read: 0 };

const inSight = signal(document.visibilityState === "visible");
document.addEventListener("visibilitychange", () => (inSight.value = document.visibilityState === "visible"));

export function openPresence(session: Session, id: string, parts: PresenceParts): ThreadPresence {
  const writing = signal<WritingView>({ people: {} });
  const shown = signal(false);
  let typedAt = 0;
  let idle: ReturnType<typeof setTimeout> | undefined;

  /** What is lost here is said again soon. */
  function tell(command: ClientCommand): void {
    session.send(command).catch(() => undefined);
  }

  function typing(on: boolean): void {
    clearTimeout(idle);
    if (on) idle = setTimeout(() => typing(false), TYPING_ENDS_MS);
    const now = Date.now();
    if (on && now - typedAt < TYPING_EVERY_MS) return;
    if (!on && typedAt === 0) return;
    typedAt = on ? now : 0;
    tell({ type: "writing.typing", conversation: id, typing: on });
  }

  session.feeds.openView(`writing:${id}`, {
    data: (data) => {
      writing.value = data as WritingView;
    },
    ended: () => undefined,
  });
  const stops = [
    effect(() => {
      if (!shown.value || !inSight.value || session.link.value === "lost") return undefined;
      const say = (): void => tell({ type: "writing.viewing", conversation: id, viewing: true });
      say();
      const timer = setInterval(say, VIEWING_EVERY_MS);
      return () => {
        clearInterval(timer);
        tell({ type: "writing.viewing", conversation: id, viewing: false });
      };
    }),
    effect(() => {
      const delivered = parts.last.value;
      if (delivered === 0 || parts.view.value?.agent !== parts.me || session.link.value === "lost") return;
      const before = parts.view.value.people[parts.me] ?? NOTHING_READ;
      const read = shown.value && inSight.value ? delivered : before.read;
      if (before.read >= read && before.delivered >= delivered) return;
      tell({ type: "conversation.mark", conversation: id, delivered, read });
    }),
  ];
  return {
    writing,
    typing,
    show: (on) => {
      shown.value = on;
    },
    close: () => {
      typing(false);
      for (const stop of stops) stop();
      session.feeds.closeView(`writing:${id}`);
    },
  };
}
