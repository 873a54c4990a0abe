import { type ReadonlySignal, signal } from "@preact/signals";
import { decode } from "notepack.io";
import { backoff } from "../protocol/backoff";
import { systemClock } from "../protocol/clock";
import type { HelpView, TopicRow, Welcome } from "../wire/messages.gen";

const AGAIN_MS = 30_000;

/** What may be told to somebody of whom nothing is known: the topics and the truth about them. */
export interface Offer {
  readonly service: string;
  readonly topics: Readonly<Record<string, TopicRow>>;
}

export interface WelcomeDesk {
  readonly offer: ReadonlySignal<Offer | undefined>;
  /** It could not be read; it is tried again. */
  readonly away: ReadonlySignal<boolean>;
  /** Somebody looks at it now. */
  look(): void;
  /** A signed-in person's view takes its place, and keeps it fresh. */
  follow(view: HelpView): void;
  /** In another language. */
  speak(language: string): void;
}

/** Reads the offer while somebody looks at it; nobody is signed in for that, and no cookie is set. */
export function openWelcome(wanted: () => boolean, firstLanguage: string): WelcomeDesk {
  const offer = signal<Offer | undefined>(undefined);
  const away = signal(false);
  let language = firstLanguage;
  let followed = false;
  let attempt = 0;
  let stopAgain = (): void => undefined;

  async function read(): Promise<void> {
    stopAgain();
    if (followed) return;
    if (wanted()) await fetchOffer();
    const pause = away.value ? backoff(attempt, Math.random) : AGAIN_MS;
    stopAgain = systemClock.after(pause, () => void read());
  }
  async function fetchOffer(): Promise<void> {
    const asked = language;
    try {
      const response = await fetch(`/api/helpdesk/welcome?language=${asked}`, { credentials: "omit" });
      if (!response.ok) throw new Error(String(response.status));
      const found = decode(await response.arrayBuffer()) as Welcome;
      if (asked === language) offer.value = { service: found.service, topics: found.topics };
      away.value = false;
      attempt = 0;
    } catch {
      away.value = true;
      attempt += 1;
    }
  }
  return {
    offer,
    away,
    look: () => void read(),
    follow: (view) => {
      // In another language than the person's own the public reading has the names.
      followed = view.language === language;
      if (!followed) {
        void read();
        return;
      }
      away.value = false;
      offer.value = { service: view.service, topics: view.topics };
    },
    speak: (next) => {
      language = next;
      followed = false;
      void read();
    },
  };
}
