import STYLE from "./loader.css?inline";
import type { LoaderWords } from "./words";

const SVG = "http://www.w3.org/2000/svg";
const SPEECH = "M4 5h16v11H10l-5 4v-4H4z";
const CROSS = "M6 6l12 12M18 6L6 18";
/** What the frame may do that a page of another site may not by itself: speak, show, copy and share an invitation. */
const ALLOWED = "camera; microphone; autoplay; clipboard-write; web-share";

/** The elements of the loader, in a shadow root: the host's styles do not reach them, nor theirs the host. */
export interface Panel {
  readonly open: HTMLButtonElement;
  readonly close: HTMLButtonElement;
  readonly dialog: HTMLDialogElement;
  /** Colours and the like of the host, as its custom properties tell them. */
  property(name: string): string;
  tell(unread: number): void;
  /** Makes the frame at its first call. */
  frame(): HTMLIFrameElement;
}

function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  name: string,
  attributes: Record<string, string> = {},
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  element.className = name;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
}

function icon(path: string): SVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const line = document.createElementNS(SVG, "path");
  const drawn = { viewBox: "0 0 24 24", fill: "none", stroke: "currentColor", "stroke-width": "2" };
  for (const [key, value] of Object.entries({
    ...drawn,
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  })) {
    svg.setAttribute(key, value);
  }
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** Puts button and dialog on the page. `address` is that of the help. */
export function makePanel(words: LoaderWords, language: string, address: string): Panel {
  const host = document.createElement("permanence-aide");
  host.lang = language;
  host.dir = words.dir;
  const root = host.attachShadow({ mode: "open" });
  // Not a style element: a strict content security policy of the host allows none.
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];

  const open = make("button", "open", { type: "button", "aria-haspopup": "dialog", part: "button" });
  const label = make("span", "label");
  const badge = make("span", "badge", { "aria-hidden": "true" });
  label.textContent = words.open;
  badge.hidden = true;
  open.append(icon(SPEECH), label, badge);
  const dialog = make("dialog", "panel", { "aria-label": words.frame, part: "panel" });
  const close = make("button", "close", { type: "button", "aria-label": words.close });
  close.append(icon(CROSS));
  dialog.append(close);
  const said = make("p", "said", { role: "status" });
  root.append(open, dialog, said);
  document.body.append(host);

  let frame: HTMLIFrameElement | undefined;
  return {
    open,
    close,
    dialog,
    property: (name) => getComputedStyle(host).getPropertyValue(`--permanence-${name}`).trim(),
    tell: (unread) => {
      badge.hidden = unread === 0;
      badge.textContent = String(unread);
      if (unread > 0) open.setAttribute("aria-label", `${words.open} ${words.unread(unread)}`);
      else open.removeAttribute("aria-label");
      said.textContent = unread > 0 && !dialog.open ? words.unread(unread) : "";
    },
    frame: () => {
      if (!frame) {
        frame = make("iframe", "", { title: words.frame, allow: ALLOWED });
        frame.src = address;
        dialog.append(frame);
      }
      return frame;
    },
  };
}
