import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { systemClock } from "../protocol/clock";
import type { AnyCode } from "../protocol/refusal";
import type { HelpView } from "../wire/messages.gen";
import { newClientId } from "./client_id";
import { follow } from "./follow";
import { type Door, openDoor } from "./help_door";
import type { Host } from "./help_host";
import { openRequest, type Pending, type Request } from "./help_request";
import { openTalk, type Talk } from "./help_talk";
import { openWelcome, type WelcomeDesk } from "./help_welcome";
import { kept } from "./kept";
import type { Session } from "./session";

/** What the page shows. */
export type Screen =
  /** A login is there, and its first view not yet. */
  | "loading"
  | "welcome"
  /** The first words are on their way. */
  | "leaving"
  | "talk"
  /** A helper who has not begun. */
  | "join"
  | "ended";

/** All that the help of one person holds on this page. */
export interface Help {
  readonly host: Host;
  readonly door: Door;
  readonly welcome: WelcomeDesk;
  readonly request: Request;
  readonly view: ReadonlySignal<HelpView | undefined>;
  readonly talk: ReadonlySignal<Talk | undefined>;
  readonly screen: ReadonlySignal<Screen>;
  /** Conversation to which this person, a helper, is invited. */
  readonly invited: ReadonlySignal<string>;
  /** Texts that were written here and have not reached the server. */
  readonly unsent: ReadonlySignal<readonly string[]>;
  /** The page can be seen: what arrives on it is read. */
  readonly inSight: ReadonlySignal<boolean>;
  /** Shows this conversation, or with "" the welcome. */
  show(conversation: string): void;
}

const CHOSEN = "chosen";
const REQUEST = "request";
/** What was typed into the first form. */
const FORM = "form";
/** No conversation is wanted: the welcome is. */
const NONE = "-";

/** The one that is not over, when nothing was chosen: where a person was, she comes back to. */
export function conversationOf(view: HelpView | undefined, chosen: string): string {
  if (chosen === NONE || !view) return "";
  if (chosen && view.conversations[chosen]) return chosen;
  const rows = Object.entries(view.conversations);
  const open = rows.filter(([, row]) => row.state !== "closed" && row.state !== "invited");
  open.sort(([, a], [, b]) => b.last_at - a.last_at);
  return open[0]?.[0] ?? "";
}

export function invitedTo(view: HelpView | undefined): string {
  const rows = Object.entries(view?.conversations ?? {});
  return rows.find(([, row]) => row.state === "invited")?.[0] ?? "";
}

function loadPending(): Pending | undefined {
  const found = kept.record<Pending>(REQUEST);
  return typeof found?.startId === "string" && typeof found.words === "string"
    ? (found as Pending)
    : undefined;
}

/** `login` from the address of a full page; empty for the frame and for guests. */
export function openHelp(host: Host, login: string, language: string): Help {
  const door = openDoor(login);
  const view = signal<HelpView | undefined>(undefined);
  const ended = signal<AnyCode | undefined>(undefined);
  const chosen = signal(kept.read(CHOSEN));
  const visible = signal(document.visibilityState === "visible");
  document.addEventListener("visibilitychange", () => {
    visible.value = document.visibilityState === "visible";
  });
  const inSight = computed(() => visible.value && host.shown.value);

  function show(conversation: string): void {
    chosen.value = conversation || NONE;
    kept.write(CHOSEN, chosen.value);
  }
  const request = openRequest({
    clock: systemClock,
    random: Math.random,
    newId: newClientId,
    send: async (command) => (await door.enter(document.documentElement.lang)).send(command),
    forgetLogin: () => door.forget(),
    load: loadPending,
    save: (pending) => kept.write(REQUEST, pending ? JSON.stringify(pending) : ""),
    done: (conversation) => {
      // What was typed has arrived, or will be typed on in the draft.
      if (!request.pending.peek()?.draft) kept.write(FORM, "");
      show(conversation);
    },
  });
  const welcome = openWelcome(() => inSight.peek(), language);
  followSession(door, view, ended, welcome, request);

  const wanted = computed(() => {
    const id = conversationOf(view.value, chosen.value);
    // Just made, and not in the view yet.
    return id || (chosen.value !== NONE && view.value ? chosen.value : "");
  });
  const talk = follow(
    wanted,
    (id) => openTalk(door.session.peek() as Session, id, inSight),
    (former) => former.close(),
  );
  const invited = computed(() => invitedTo(view.value));
  effect(() => {
    if (inSight.value) untracked(() => welcome.look());
  });
  effect(() => host.tellUnread(talk.value?.unread.value ?? 0));
  return {
    host,
    door,
    welcome,
    request,
    view,
    talk,
    unsent: computed(() => unsentOf(door.session.value)),
    invited,
    inSight,
    show,
    screen: computed(() => {
      if (ended.value) return "ended";
      if (request.pending.value) return "leaving";
      if (invited.value) return "join";
      if (talk.value) return talk.value.ended.value ? "ended" : "talk";
      // The form stays under the fingers of somebody who is signed in while she types.
      return door.session.value && !view.value && door.resumes ? "loading" : "welcome";
    }),
  };
}

function unsentOf(session: Session | undefined): string[] {
  const waiting = session?.entries.value.filter((entry) => entry.state !== "sent") ?? [];
  return waiting.flatMap(({ command }) => (command.type === "conversation.send" ? [command.text] : []));
}

/** The view `help` of whoever is signed in here. */
function followSession(
  door: Door,
  view: { value: HelpView | undefined },
  ended: { value: AnyCode | undefined },
  welcome: WelcomeDesk,
  request: Request,
): void {
  effect(() => {
    const session = door.session.value;
    untracked(() => {
      view.value = undefined;
      if (!session) return;
      session.feeds.openView("help", {
        data: (data) => {
          const next = data as HelpView;
          view.value = next;
          welcome.follow(next);
        },
        ended: (code) => {
          if (code !== "not_signed_in" || !door.keepsSecret) ended.value = code;
        },
      });
    });
  });
  effect(() => {
    const link = door.session.value?.link.value;
    if (link === "live" || link === "http") untracked(() => request.kick());
    if (link !== "ended") return;
    untracked(() => {
      // A guest whose login was purged begins anew; what is on its way goes with the next login.
      if (door.keepsSecret && request.pending.value) door.forget();
      else ended.value = "not_signed_in";
    });
  });
}
