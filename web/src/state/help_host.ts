import { type ReadonlySignal, signal } from "@preact/signals";
import type { FromFrame, FromHost, Hello } from "../loader/messages";

/** The page of the administration in which the help is framed; without one, nothing happens here. */
export interface Host {
  readonly embedded: boolean;
  /** Title and address of the host's page. */
  readonly page: ReadonlySignal<{ readonly title: string; readonly url: string }>;
  /** The frame is in sight. */
  readonly shown: ReadonlySignal<boolean>;
  close(): void;
  tellUnread(count: number): void;
}

const MOST = 999;
const PAGE = /^https?:\/\/[^?#\s]+$/;

function isText(value: unknown, most: number): value is string {
  return typeof value === "string" && value.length <= most;
}

/** A message of the loader, or undefined for anything else. What does not fit is left empty, not believed. */
export function readFromHost(data: unknown): FromHost | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const said = data as Record<string, unknown>;
  if (said["permanence"] === "shown") {
    return typeof said["shown"] === "boolean" ? { permanence: "shown", shown: said["shown"] } : undefined;
  }
  if (said["permanence"] !== "hello") return undefined;
  const text = (field: string, most: number): string => (isText(said[field], most) ? said[field] : "");
  const url = text("url", 300);
  return {
    permanence: "hello",
    language: text("language", 2),
    title: text("title", 80),
    url: PAGE.test(url) ? url : "",
    accent: text("accent", 64),
    onAccent: text("onAccent", 64),
  };
}

/** Colours of the host, where they are colours. */
function dress(hello: Hello): void {
  if (!CSS.supports("color", hello.accent) || !CSS.supports("color", hello.onAccent)) return;
  document.documentElement.style.setProperty("--brand", hello.accent);
  document.documentElement.style.setProperty("--on-brand", hello.onAccent);
}

/** Listens to the loader; the browser lets only sites of EMBED_ORIGINS frame this page (frame-ancestors). */
export function openHost(): Host {
  const embedded = window.parent !== window;
  const page = signal({ title: "", url: "" });
  const shown = signal(!embedded);
  let origin = "";

  function post(message: FromFrame): void {
    if (origin) window.parent.postMessage(message, origin);
  }
  function take(message: FromHost): void {
    if (message.permanence === "shown") shown.value = message.shown;
    else {
      page.value = { title: message.title, url: message.url };
      dress(message);
    }
  }
  if (embedded) {
    window.addEventListener("message", (event) => {
      // The first one who greets from the framing window is the host, and stays it.
      if (event.source !== window.parent || (origin && event.origin !== origin)) return;
      const message = readFromHost(event.data);
      if (!message) return;
      if (message.permanence === "hello") origin = event.origin;
      if (origin) take(message);
    });
  }
  return {
    embedded,
    page,
    shown,
    close: () => post({ permanence: "close" }),
    tellUnread: (count) => post({ permanence: "unread", count: Math.min(count, MOST) }),
  };
}
