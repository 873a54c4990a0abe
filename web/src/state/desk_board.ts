import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { type AnyCode, codeOf } from "../protocol/refusal";
import type { ClientCommand, DeskView, MacrosView, SupervisionView } from "../wire/messages.gen";
import { type DeskCalls, openDeskCalls } from "./desk_call";
import { neighbour } from "./desk_rows";
import { openThread, type Thread } from "./desk_thread";
import { createDevices, type Devices } from "./devices";
import type { Session } from "./session";

/** More would pass the server's limit of open views; the one longest unseen makes room. */
const MOST_THREADS = 6;

/** What the server did not do, and for which conversation. */
export interface Refused {
  readonly conversation: string;
  readonly code: AnyCode;
}

/** All that the console of one agent holds. */
export interface Board {
  readonly session: Session;
  readonly devices: Devices;
  readonly calls: DeskCalls;
  readonly view: ReadonlySignal<DeskView | undefined>;
  /** Why there is no desk. */
  readonly ended: ReadonlySignal<AnyCode | undefined>;
  readonly macros: ReadonlySignal<MacrosView>;
  /** Open conversations in the order in which they were opened. */
  readonly threads: ReadonlySignal<readonly Thread[]>;
  /** The one on the screen. */
  readonly thread: ReadonlySignal<Thread | undefined>;
  readonly refused: ReadonlySignal<Refused | undefined>;
  /** Conversation whose act is under way. */
  readonly busy: ReadonlySignal<string>;
  open(id: string): void;
  shut(id: string): void;
  step(by: number): void;
  /** The conversation's act at once or not at all; true when it was done. */
  act(id: string, command: ClientCommand): Promise<boolean>;
  claim(id: string): Promise<boolean>;
  clearRefused(): void;
}

/** A view that stays open as long as the page. */
function openView<T>(
  session: Session,
  name: string,
  ended: (code: AnyCode) => void,
): ReadonlySignal<T | undefined> {
  const view = signal<T | undefined>(undefined);
  session.feeds.openView(name, {
    data: (data) => {
      view.value = data as T;
    },
    ended,
  });
  return view;
}

/** The supervisor's view, while it is looked at. */
export function openSupervision(session: Session): {
  readonly view: ReadonlySignal<SupervisionView | undefined>;
  close: () => void;
} {
  const view = openView<SupervisionView>(session, "supervision", () => undefined);
  return { view, close: () => session.feeds.closeView("supervision") };
}

interface Threads {
  readonly all: ReadonlySignal<readonly Thread[]>;
  readonly current: ReadonlySignal<Thread | undefined>;
  readonly open: (id: string) => void;
  /** Follows it without showing it. */
  readonly keep: (id: string) => void;
  readonly shut: (id: string) => void;
}

/** The open conversations. `busyWith` may not be closed to make room. */
function openThreads(
  session: Session,
  me: ReadonlySignal<string>,
  busyWith: (thread: Thread) => boolean,
): Threads {
  const all = signal<readonly Thread[]>([]);
  const id = signal("");
  const current = computed(() => all.value.find((thread) => thread.id === id.value));
  let seen: readonly string[] = [];

  function keep(wanted: string): void {
    if (all.peek().some((thread) => thread.id === wanted)) return;
    const oldest = all
      .peek()
      .filter((thread) => thread.id !== id.peek() && !busyWith(thread))
      .sort((a, b) => seen.indexOf(b.id) - seen.indexOf(a.id))[0];
    if (all.peek().length >= MOST_THREADS && oldest) shut(oldest.id);
    all.value = [...all.peek(), openThread(session, wanted, me.peek())];
  }

  function show(wanted: string): void {
    current.peek()?.show(false);
    id.value = wanted;
    seen = [wanted, ...seen.filter((one) => one !== wanted)];
    current.peek()?.show(true);
  }

  function shut(unwanted: string): void {
    const list = all.peek();
    const place = list.findIndex((thread) => thread.id === unwanted);
    if (place < 0) return;
    list[place]?.close();
    all.value = list.filter((thread) => thread.id !== unwanted);
    if (id.peek() === unwanted) show(all.peek()[Math.max(0, place - 1)]?.id ?? "");
  }

  return {
    all,
    current,
    keep,
    shut,
    open: (wanted) => {
      keep(wanted);
      show(wanted);
    },
  };
}

export function openBoard(session: Session): Board {
  const ended = signal<AnyCode | undefined>(undefined);
  const view = openView<DeskView>(session, "desk", (code) => (ended.value = code));
  const macros = openView<MacrosView>(session, "macros", () => undefined);
  const devices = createDevices();
  const refused = signal<Refused | undefined>(undefined);
  const busy = signal("");
  const me = computed(() => view.value?.me ?? "");
  const threads = openThreads(session, me, (thread) => Boolean(thread.view.peek()?.call));
  const calls = openDeskCalls(session, devices, threads.all, me);
  effect(() => {
    // A call of mine rings wherever I look.
    const calling = Object.entries(view.value?.mine ?? {}).filter(([, row]) => row.call);
    untracked(() => calling.forEach(([id]) => threads.keep(id)));
  });

  async function act(id: string, command: ClientCommand): Promise<boolean> {
    if (busy.peek()) return false;
    busy.value = id || command.type;
    refused.value = undefined;
    try {
      await session.send(command);
      return true;
    } catch (error) {
      refused.value = { conversation: id, code: codeOf(error) };
      return false;
    } finally {
      busy.value = "";
    }
  }

  /** As it is on this screen; 0 when it is not. */
  function versionOf(id: string): number {
    const thread = threads.all.peek().find((one) => one.id === id);
    const row = view.peek()?.line[id] ?? view.peek()?.mine[id];
    return Math.max(thread?.view.peek()?.version ?? 0, row?.version ?? 0);
  }

  return {
    session,
    devices,
    calls,
    view,
    ended,
    macros: computed(() => macros.value ?? { macros: {} }),
    threads: threads.all,
    thread: threads.current,
    refused,
    busy,
    open: threads.open,
    shut: threads.shut,
    step: (by) => {
      const now = view.peek();
      const next = now && neighbour(now, threads.current.peek()?.id ?? "", by);
      if (next) threads.open(next);
    },
    act,
    claim: (id) => {
      // The talk is on the screen while the server decides.
      threads.open(id);
      return act(id, { type: "desk.claim", conversation: id, version: versionOf(id) });
    },
    clearRefused: () => {
      refused.value = undefined;
    },
  };
}
