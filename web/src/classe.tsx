import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import { ClassroomPage } from "./classroom_page";
import { restoreLanguage } from "./i18n";
import { openDesk } from "./state/desk";
import { openSession } from "./state/session";

/** `/classe/{login}`: the handle of the login is the last part of the path. */
const login = location.pathname.split("/").filter(Boolean)[1] ?? "";
const root = document.getElementById("page");

if (login && root) {
  const desk = openDesk(openSession(login));
  void restoreLanguage().then(() => render(<ClassroomPage desk={desk} />, root));
} else {
  location.replace("/");
}
