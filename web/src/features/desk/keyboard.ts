import { useEffect } from "preact/hooks";
import type { Board } from "../../state/desk_board";
import { actOf, type DeskAct } from "../../state/desk_keys";
import { lineOf } from "../../state/desk_rows";
import type { Screen } from "./console";

function inField(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}

/** Brings the column with this field to the front and puts the focus into it. */
function focus(screen: Screen, pane: "talk" | "details", id: string): void {
  screen.pane.value = pane;
  requestAnimationFrame(() => document.getElementById(id)?.focus());
}

function take(board: Board, screen: Screen): void {
  const view = board.view.peek();
  if (!view) return;
  const { offered, waiting } = lineOf(view);
  const shown = board.thread.peek()?.id ?? "";
  const wanted = shown in view.line ? shown : (offered[0] ?? waiting[0])?.id;
  if (!wanted) return;
  screen.pane.value = "talk";
  void board.claim(wanted);
}

/** Acts on the conversation on the screen, when it is mine. */
function onMine(board: Board, act: (conversation: string) => void): void {
  const view = board.thread.peek()?.view.peek();
  if (view && view.agent === board.view.peek()?.me && view.state !== "closed") act(view.conversation);
}

function actsOf(board: Board, screen: Screen): Readonly<Record<DeskAct, () => void>> {
  const step = (by: number) => () => {
    screen.supervising.value = false;
    screen.pane.value = "talk";
    board.step(by);
  };
  return {
    next: step(1),
    previous: step(-1),
    take: () => take(board, screen),
    reply: () => focus(screen, "talk", "answer"),
    note: () => focus(screen, "details", "note"),
    macros: () => onMine(board, () => (screen.talk.picking.value = true)),
    transfer: () => onMine(board, () => (screen.talk.dialog.value = "transfer")),
    snooze: () => onMine(board, () => (screen.talk.dialog.value = "snooze")),
    close: () => onMine(board, () => document.getElementById("talk-close")?.click()),
    call: () => onMine(board, (conversation) => void board.calls.propose(conversation)),
    pause: () =>
      void board.act("", { type: "desk.set_paused", paused: !(board.view.peek()?.paused ?? false) }),
    help: () => (screen.dialog.value = "keys"),
  };
}

/** Shortcuts: alone outside fields, with Alt anywhere, never while a dialog is open. */
export function useKeyboard(board: Board, screen: Screen): void {
  useEffect(() => {
    const acts = actsOf(board, screen);
    const pressed = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.isComposing || document.querySelector("dialog[open]")) return;
      const { key, code, altKey: alt, ctrlKey: control, metaKey: meta } = event;
      const act = actOf(
        { key, code, alt, control, meta, inField: inField(event.target) },
        screen.keysOn.peek(),
      );
      if (!act) return;
      event.preventDefault();
      acts[act]();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
}
