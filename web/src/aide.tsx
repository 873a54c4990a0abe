import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import "./features/help/help.css";
import { App } from "./features/help/app";
import { firstLanguage, speak } from "./i18n/help";
import { openHelp } from "./state/help";
import { comfort } from "./state/help_comfort";
import { openHost } from "./state/help_host";

/** `/aide/widget` in its frame, `/aide` for guests on a page of its own, `/aide/{login}` for who has a link. */
const WIDGET = "widget";
const handle = location.pathname.split("/").filter(Boolean)[1] ?? "";
const language = firstLanguage(location.hash.slice(1));
const root = document.getElementById("page");

// Before the words are loaded: the host greets when the frame has loaded, which may be sooner.
const host = openHost();

comfort.apply();
void speak(language).then(() => {
  if (root) render(<App help={openHelp(host, handle === WIDGET ? "" : handle, language)} />, root);
});
