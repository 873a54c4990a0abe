import { effect, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { audio, chime } from "./level";
import { recall, remember } from "./storage";

const RING_EVERY_MS = 4_000;
const RING = [587.33, 783.99];
const MESSAGE = [698.46];

/** What rings now, in words; `id` names it, so that it can be silenced. */
export interface DeskRing {
  readonly id: string;
  readonly words: string;
}

export interface AlertParts {
  readonly ring: ReadonlySignal<DeskRing | undefined>;
  /** Unread messages of mine. */
  readonly unread: ReadonlySignal<number>;
  readonly title: ReadonlySignal<string>;
  readonly newMessage: () => string;
}

/** Sound, tab title and notifications of the desk. */
export interface Alerts {
  readonly sound: ReadonlySignal<boolean>;
  /** The browser lets sound out only after a gesture. */
  readonly audible: ReadonlySignal<boolean>;
  readonly silenced: ReadonlySignal<string>;
  readonly mayNotify: ReadonlySignal<NotificationPermission | "unsupported">;
  setSound(on: boolean): void;
  silence(id: string): void;
  askToNotify(): Promise<void>;
  /** Plays the ring once and shows a notification, so that one knows. */
  test(words: string): void;
}

function notify(words: string, tag: string): () => void {
  if (!("Notification" in window) || Notification.permission !== "granted") return () => undefined;
  const shown = new Notification(words, { tag, icon: "/icon.svg" });
  shown.addEventListener("click", () => {
    window.focus();
    shown.close();
  });
  return () => shown.close();
}

/** True once the browser lets sound out. */
function watchAudible(): ReadonlySignal<boolean> {
  const audible: Signal<boolean> = signal(false);
  const gesture = (): void => {
    const context = audio();
    void context.resume().then(() => {
      audible.value = context.state === "running";
    });
  };
  window.addEventListener("pointerdown", gesture, { once: true });
  window.addEventListener("keydown", gesture, { once: true });
  return audible;
}

export function openAlerts(parts: AlertParts): Alerts {
  const sound = signal(recall("desk:sound") !== "off");
  const silenced = signal("");
  const audible = watchAudible();
  const mayNotify = signal<NotificationPermission | "unsupported">(
    "Notification" in window ? Notification.permission : "unsupported",
  );
  const out = (): boolean => document.visibilityState !== "visible";
  effect(() => {
    const { value: ring } = parts.ring;
    const unread = parts.unread.value > 0 ? `(${parts.unread.value}) ` : "";
    document.title = ring ? `🔔 ${ring.words}` : unread + parts.title.value;
  });
  effect(() => {
    const ring = parts.ring.value;
    if (!ring || !sound.value || !audible.value || silenced.value === ring.id) return undefined;
    chime(RING);
    const timer = setInterval(() => chime(RING), RING_EVERY_MS);
    return () => clearInterval(timer);
  });
  effect(() => {
    const ring = parts.ring.value;
    return ring && out() ? notify(ring.words, ring.id) : undefined;
  });
  let before = 0;
  effect(() => {
    const now = parts.unread.value;
    if (now > before) {
      if (sound.peek() && audible.peek()) chime(MESSAGE);
      if (out()) notify(parts.newMessage(), "message");
    }
    before = now;
  });
  return {
    sound,
    audible,
    silenced,
    mayNotify,
    setSound: (on) => {
      sound.value = on;
      remember("desk:sound", on ? "on" : "off");
    },
    silence: (id) => {
      silenced.value = id;
    },
    askToNotify: async () => {
      if ("Notification" in window) mayNotify.value = await Notification.requestPermission();
    },
    test: (words) => {
      chime(RING);
      notify(words, "test");
    },
  };
}
