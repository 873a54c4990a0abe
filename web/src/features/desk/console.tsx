import { computed, type Signal, signal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import { type Alerts, openAlerts } from "../../state/desk_alerts";
import type { Board } from "../../state/desk_board";
import { lineOf, unreadOf } from "../../state/desk_rows";
import { recall, remember } from "../../state/storage";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { useKeptFocus } from "../../ui/focus";
import { Notice } from "../../ui/notice";
import type { DeskView } from "../../wire/messages.gen";
import { CallBars, CallStage } from "./call_panel";
import { Details } from "./details";
import { Header } from "./header";
import { useKeyboard } from "./keyboard";
import { Lists } from "./lists";
import { MacrosDialog } from "./macros_dialog";
import { citizenName, nameIn } from "./names";
import { AlertsDialog, KeysDialog } from "./settings";
import { Supervision } from "./supervision";
import { Tabs } from "./tabs";
import { Talk, type TalkOpen } from "./talk";
import "./desk.css";
import "./lists.css";
import "./talk.css";
import "./details.css";

/** Which column is on a narrow screen. */
export type Pane = "list" | "talk" | "details";
export type OpenDialog = "" | "alerts" | "keys" | "macros";

/** What the page of one agent shows; no part of it is known to the server. */
export interface Screen {
  readonly pane: Signal<Pane>;
  readonly dialog: Signal<OpenDialog>;
  readonly supervising: Signal<boolean>;
  readonly keysOn: Signal<boolean>;
  readonly talk: TalkOpen;
}

function openScreen(): Screen {
  const keysOn = signal(recall("desk:keys") !== "off");
  keysOn.subscribe((on) => remember("desk:keys", on ? "on" : "off"));
  return {
    pane: signal<Pane>("list"),
    dialog: signal<OpenDialog>(""),
    supervising: signal(false),
    keysOn,
    talk: { picking: signal(false), dialog: signal("") },
  };
}

/** What rings: the first that is offered, then a call that a citizen proposes. */
function alertsOf(board: Board): Alerts {
  const ring = computed(() => {
    const view = board.view.value;
    const offered = view && !view.paused ? lineOf(view).offered[0] : undefined;
    if (offered) {
      const name = citizenName(offered.row.citizen, offered.row.number);
      return { id: offered.id, words: words.value.lists.offered(name) };
    }
    const proposed = board.calls.proposed.value;
    const talk = board.threads.value.find((thread) => thread.id === proposed?.conversation)?.view.value;
    return proposed && talk && !board.calls.mine.value
      ? { id: proposed.call, words: words.value.call.proposedBy(nameIn(talk)) }
      : undefined;
  });
  return openAlerts({
    ring,
    unread: computed(() => (board.view.value ? unreadOf(board.view.value) : 0)),
    title: computed(() => words.value.title),
    newMessage: () => words.value.alerts.newMessage,
  });
}

/** The console of an agent: what waits, the talk, what helps. */
export function Console({ board, desk }: { board: Board; desk: DeskView }) {
  const screen = useMemo(openScreen, []);
  const alerts = useMemo(() => alertsOf(board), []);
  const now = board.session.now.value;
  const thread = board.thread.value;
  const offered = lineOf(desk).offered[0];
  useKeptFocus();
  useKeyboard(board, screen);
  useEffect(() => {
    if (offered)
      announce(words.value.lists.offered(citizenName(offered.row.citizen, offered.row.number)), true);
  }, [offered?.id]);
  useEffect(() => {
    // The last open conversation was closed here: back to the list.
    if (!thread) screen.pane.value = "list";
    screen.talk.picking.value = false;
    screen.talk.dialog.value = "";
  }, [thread?.id]);

  function open(id: string): void {
    board.open(id);
    screen.supervising.value = false;
    screen.pane.value = "talk";
  }
  function take(id: string): void {
    screen.supervising.value = false;
    screen.pane.value = "talk";
    void board.claim(id);
  }

  return (
    <div class="console" data-pane={screen.pane.value} data-supervising={screen.supervising.value}>
      <a class="skip" href="#main">
        {words.value.skip}
      </a>
      <Header board={board} desk={desk} screen={screen} alerts={alerts} ringing={offered?.id ?? ""} />
      {!screen.supervising.value && (
        <nav class="console-list" aria-label={words.value.lists.label}>
          <Lists board={board} view={desk} now={now} onOpen={open} onTake={take} />
        </nav>
      )}
      <main id="main" class="console-main" tabIndex={-1}>
        <div class="console-call">
          <CallStage board={board} now={board.session.now} />
        </div>
        {screen.supervising.value ? (
          <div class="console-whole">
            <CallBars board={board} />
            <Supervision board={board} desk={desk} now={now} onOpen={open} />
          </div>
        ) : (
          <>
            <div class="console-talk">
              <Tabs board={board} onOpen={open} />
              <RefusedElsewhere board={board} />
              <CallBars board={board} />
              <Middle board={board} desk={desk} screen={screen} alerts={alerts} onTake={take} />
            </div>
            <section class="console-details" aria-label={words.value.details.label}>
              <Details
                board={board}
                desk={desk}
                thread={thread}
                now={now}
                onBack={() => (screen.pane.value = thread ? "talk" : "list")}
              />
            </section>
          </>
        )}
      </main>
      <Dialogs board={board} desk={desk} screen={screen} alerts={alerts} />
    </div>
  );
}

interface MiddleProps {
  board: Board;
  desk: DeskView;
  screen: Screen;
  alerts: Alerts;
  onTake: (id: string) => void;
}

/** Details come and go by one button; the focus goes along. */
function showDetails(screen: Screen): void {
  const shown = screen.pane.value === "details";
  screen.pane.value = shown ? "talk" : "details";
  if (!shown) requestAnimationFrame(() => document.getElementById("details-back")?.focus());
}

/** What was refused of an act that belongs to no conversation on the screen. */
function RefusedElsewhere({ board }: { board: Board }) {
  const refused = board.refused.value;
  if (!refused || refused.conversation === (board.thread.value?.id ?? "-")) return null;
  return (
    <div class="refused" role="alert">
      <Notice
        tone="warn"
        action={<Button onClick={() => board.clearRefused()}>{t.value.common.close}</Button>}
      >
        {words.value.codes[refused.code] ?? t.value.codes[refused.code]}
      </Notice>
    </div>
  );
}

/** The talk that is open, or what to do when none is. */
function Middle({ board, desk, screen, alerts, onTake }: MiddleProps) {
  const thread = board.thread.value;
  const say = words.value.empty;
  const view = thread?.view.value;
  if (thread && view && !thread.ended.value) {
    return (
      <Talk
        key={thread.id}
        board={board}
        thread={thread}
        view={view}
        desk={desk}
        now={board.session.now.value}
        open={screen.talk}
        onBack={() => (screen.pane.value = "list")}
        detailed={screen.pane.value === "details"}
        onDetails={() => showDetails(screen)}
      />
    );
  }
  if (thread?.ended.value) {
    return (
      <div class="empty">
        <Notice action={<Button onClick={() => board.shut(thread.id)}>{words.value.tabs.shut}</Button>}>
          {say.gone}
        </Notice>
      </div>
    );
  }
  if (thread) return <p class="empty soft">{say.loading}</p>;
  const { offered, waiting } = lineOf(desk);
  const next = offered[0] ?? waiting[0];
  return (
    <div class="empty">
      <h2>{say.title(Object.keys(desk.mine).length)}</h2>
      <p>{next ? say.waiting(offered.length + waiting.length) : say.calm}</p>
      {next && (
        <Button tone="call" large busy={board.busy.value !== ""} onClick={() => onTake(next.id)}>
          {say.takeNext(citizenName(next.row.citizen, next.row.number))}
        </Button>
      )}
      {alerts.mayNotify.value === "default" && (
        <Button tone="plain" icon="bell" onClick={() => (screen.dialog.value = "alerts")}>
          {say.alerts}
        </Button>
      )}
    </div>
  );
}

function Dialogs(props: { board: Board; desk: DeskView; screen: Screen; alerts: Alerts }) {
  const { board, desk, screen, alerts } = props;
  const close = (): void => {
    screen.dialog.value = "";
  };
  switch (screen.dialog.value) {
    case "alerts":
      return <AlertsDialog alerts={alerts} onClose={close} />;
    case "keys":
      return <KeysDialog on={screen.keysOn} onClose={close} />;
    case "macros":
      return <MacrosDialog board={board} desk={desk} onClose={close} />;
    case "":
      return null;
  }
}
