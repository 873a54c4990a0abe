import { effect, type ReadonlySignal, signal } from "@preact/signals";
import { audio, chime } from "./level";

const EVERY_MS = 3_200;
/** Two soft notes, a fourth apart. */
const RING = [659.25, 880];

/** What rings: the sentences for the tab and for the notification. */
export interface Ring {
  readonly call: string;
  readonly tab: string;
  readonly notification: string;
}

export interface Ringing {
  /** The browser lets sound out only after a gesture: false means the page must ask for one. */
  readonly audible: ReadonlySignal<boolean>;
  readonly silenced: ReadonlySignal<boolean>;
  readonly mayNotify: ReadonlySignal<NotificationPermission | "unsupported">;
  enableSound(): void;
  /** Quiet for this call. */
  silence(): void;
  askToNotify(): Promise<void>;
}

/** Sound, tab title and notification, as long as `ring` says that something rings. */
export function openRinging(ring: ReadonlySignal<Ring | undefined>): Ringing {
  const audible = signal(false);
  const silencedFor = signal("");
  const silenced = signal(false);
  const mayNotify = signal<NotificationPermission | "unsupported">(
    "Notification" in window ? Notification.permission : "unsupported",
  );
  const title = document.title;

  function enableSound(): void {
    const context = audio();
    void context.resume().then(() => {
      audible.value = context.state === "running";
    });
  }
  // Any gesture on the page is enough for the browser.
  const onGesture = (): void => enableSound();
  window.addEventListener("pointerdown", onGesture, { once: true });
  window.addEventListener("keydown", onGesture, { once: true });

  effect(() => {
    const now = ring.value;
    document.title = now ? now.tab : title;
    silenced.value = now !== undefined && silencedFor.value === now.call;
    if (!now || silenced.value || !audible.value) return undefined;
    chime(RING);
    const timer = setInterval(() => chime(RING), EVERY_MS);
    return () => clearInterval(timer);
  });
  effect(() => {
    const now = ring.value;
    if (!now || document.visibilityState === "visible" || mayNotify.peek() !== "granted") return undefined;
    const shown = new Notification(now.notification, { tag: now.call, icon: "/icon.svg" });
    shown.addEventListener("click", () => {
      window.focus();
      shown.close();
    });
    return () => shown.close();
  });
  return {
    audible,
    silenced,
    mayNotify,
    enableSound,
    silence: () => {
      silencedFor.value = ring.peek()?.call ?? "";
    },
    askToNotify: async () => {
      if ("Notification" in window) mayNotify.value = await Notification.requestPermission();
    },
  };
}
