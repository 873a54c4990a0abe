import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { Alerts } from "../../state/desk_alerts";
import type { Board } from "../../state/desk_board";
import { signOut } from "../../state/sign_in";
import { forgetAll } from "../../state/storage";
import { Button } from "../../ui/button";
import { Switch } from "../../ui/switch";
import { LanguageButton } from "../../widgets/language_button";
import { LinkBanner } from "../../widgets/link_banner";
import type { DeskView } from "../../wire/messages.gen";
import type { Screen } from "./console";
import { Menu } from "./menu";

export interface HeaderProps {
  board: Board;
  desk: DeskView;
  screen: Screen;
  alerts: Alerts;
  /** Conversation that rings; empty for none. */
  ringing: string;
}

/** Who I am, whether new ones ring here, and what belongs to the whole page. */
export function Header({ board, desk, screen, alerts, ringing }: HeaderProps) {
  const say = words.value.header;
  const { session } = board;
  const loud = ringing !== "" && alerts.sound.value && alerts.silenced.value !== ringing;
  function leave(): void {
    // Nothing of what was being written stays on a computer that others use.
    for (const kind of ["draft", "note", "outbox"]) forgetAll(`${kind}:${session.login}:`);
    void signOut(session.credentials).finally(() => location.assign("/"));
  }
  return (
    <header class="console-head">
      <h1 class="unseen">{words.value.title}</h1>
      <div class="console-me">
        <img src="/icon.svg" alt="" />
        <span class="console-name">{desk.name}</span>
        {/* Nothing is offered to a supervisor who answers no topic. */}
        {(desk.role === "agent" || desk.capacity > 0) && (
          <Switch
            on={!desk.paused}
            onChange={(on) => void board.act("", { type: "desk.set_paused", paused: !on })}
          >
            {desk.paused ? say.paused : say.free}
          </Switch>
        )}
        {alerts.sound.value && !alerts.audible.value && (
          <Button tone="outline" icon="sound">
            {say.enableSound}
          </Button>
        )}
        {loud && alerts.audible.value && (
          <Button tone="outline" icon="bell" onClick={() => alerts.silence(ringing)}>
            {say.silence}
          </Button>
        )}
      </div>
      <div class="console-tools">
        {desk.role === "supervisor" && (
          <Button tone="outline" onClick={() => (screen.supervising.value = !screen.supervising.value)}>
            {screen.supervising.value ? say.desk : say.supervision}
          </Button>
        )}
        <Menu label={say.menu}>
          <Button tone="plain" icon="chat" onClick={() => (screen.dialog.value = "macros")}>
            {words.value.macros.title}
          </Button>
          <Button tone="plain" icon="bell" onClick={() => (screen.dialog.value = "alerts")}>
            {alerts.sound.value ? say.alerts : say.alertsOff}
          </Button>
          <Button tone="plain" icon="keyboard" onClick={() => (screen.dialog.value = "keys")}>
            {say.keys}
          </Button>
          <LanguageButton />
          <Button tone="plain" onClick={leave}>
            {t.value.common.signOut}
          </Button>
        </Menu>
      </div>
      <LinkBanner link={session.link} />
    </header>
  );
}
