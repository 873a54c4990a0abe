import { render } from "preact";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/ui.css";
import { DeskPage } from "./desk_page";
import { restoreLanguage } from "./i18n";
import { openBoard } from "./state/desk_board";
import { openSession } from "./state/session";

/** `/conseil/{login}`: the handle of the login is the last part of the path. */
const login = location.pathname.split("/").filter(Boolean)[1] ?? "";
const root = document.getElementById("page");

if (login && root) {
  const board = openBoard(openSession(login));
  void restoreLanguage().then(() => render(<DeskPage board={board} />, root));
} else {
  location.replace("/");
}
