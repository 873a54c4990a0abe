/**
 * The one line that an administration puts on its pages:
 *
 *     <script src="https://aide.ville.example/aide.js" async data-language="fr"></script>
 *
 * A button appears. Nothing is stored and nothing else is fetched before it is pressed; then the help opens in a frame.
 */
import { type FromHost, readFromFrame } from "./messages";
import { makePanel } from "./panel";
import { spoken, wordsOf } from "./words";

const OPEN = "permanence-aide";
const NARROW = "(max-width: 40rem), (max-height: 28rem)";
const LONGEST = 300;

/** Whether the help was open on the page before; this session and this site only. */
function remembered(): boolean {
  try {
    return sessionStorage.getItem(OPEN) === "1";
  } catch {
    return false;
  }
}

function remember(open: boolean): void {
  try {
    if (open) sessionStorage.setItem(OPEN, "1");
    else sessionStorage.removeItem(OPEN);
  } catch {
    // Storage is closed: the help does not open by itself on the next page.
  }
}

function begin(script: HTMLScriptElement): void {
  const language = spoken(script.dataset["language"] ?? document.documentElement.lang);
  const address = new URL(`/aide/widget#${language}`, script.src);
  const panel = makePanel(wordsOf(language), language, address.href);
  let loaded = false;
  let shown = false;

  function post(message: FromHost): void {
    if (loaded) panel.frame().contentWindow?.postMessage(message, address.origin);
  }

  function hello(): void {
    loaded = true;
    post({
      permanence: "hello",
      language,
      title: document.title.slice(0, 80),
      url: (location.origin + location.pathname).slice(0, LONGEST),
      accent: panel.property("accent"),
      onAccent: panel.property("on-accent"),
    });
    post({ permanence: "shown", shown });
  }

  /** `byPerson`: somebody pressed the button, and the focus goes into the help; else it stays where it is. */
  function open(byPerson: boolean): void {
    const frame = panel.frame();
    if (!loaded) frame.addEventListener("load", hello);
    if (!byPerson)
      panel.dialog.open = true; // `show` would take the focus.
    else if (matchMedia(NARROW).matches) panel.dialog.showModal();
    else panel.dialog.show();
    panel.open.hidden = true;
    shown = true;
    remember(true);
    panel.tell(0);
    post({ permanence: "shown", shown });
    if (byPerson) frame.focus();
  }

  function close(): void {
    if (panel.dialog.open) panel.dialog.close();
    shown = false;
    remember(false);
    panel.open.hidden = false;
    panel.open.focus();
    post({ permanence: "shown", shown });
  }

  panel.open.addEventListener("click", () => open(true));
  panel.close.addEventListener("click", close);
  panel.dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    close();
  });
  panel.dialog.addEventListener("keydown", (event) => {
    if (event.key === "Escape") close();
  });
  window.addEventListener("message", (event) => {
    if (!loaded || event.origin !== address.origin || event.source !== panel.frame().contentWindow) return;
    const message = readFromFrame(event.data);
    if (message?.permanence === "close") close();
    else if (message && !shown) panel.tell(message.count);
  });
  // On a telephone the help would hide the page that was just asked for.
  if (remembered() && !matchMedia(NARROW).matches) open(false);
}

const script = document.currentScript;
if (script instanceof HTMLScriptElement) {
  if (document.body as HTMLElement | null) begin(script);
  else document.addEventListener("DOMContentLoaded", () => begin(script), { once: true });
}
