import { type ReadonlySignal, useSignal } from "@preact/signals";
import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { Call } from "../../state/call";
import type { Board } from "../../state/desk_board";
import type { CallOf } from "../../state/desk_call";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { Notice } from "../../ui/notice";
import { Controls } from "../../widgets/call/controls";
import { Face } from "../../widgets/call/face";
import { OwnPicture } from "../../widgets/call/own_picture";
import { Status } from "../../widgets/call/status";
import { TroubleDialog } from "../../widgets/call/trouble_dialog";
import { useWakeLock } from "../../widgets/wake_lock";
import { nameIn } from "./names";
import "./call.css";

const WAITING = new Set(["queued", "offered"]);

interface PanelProps {
  board: Board;
  now: ReadonlySignal<number>;
}

/** What is said of a call before and after it: proposed, refused. Above the talk. */
export function CallBars({ board }: { board: Board }) {
  const { calls } = board;
  const refused = calls.refused.value;
  const proposed = calls.proposed.value;
  const mine = calls.mine.value;
  return (
    <>
      {refused && (
        <div class="call-bar" role="alert">
          <Notice tone="warn">
            {words.value.codes[refused] ?? t.value.codes[refused]} {words.value.call.goesOn}
          </Notice>
        </div>
      )}
      {proposed && !mine && <Proposed board={board} proposed={proposed} />}
      {mine && isWaiting(board) && <Waiting board={board} mine={mine} />}
    </>
  );
}

/** The call itself. It goes on, seen, heard and named, while another conversation is on the screen. */
export function CallStage({ board, now }: PanelProps) {
  const mine = board.calls.mine.value;
  const call = board.calls.call.value;
  if (!mine || !call || isWaiting(board)) return null;
  return (
    <Stage
      key={call.id}
      board={board}
      call={call}
      name={nameOf(board, mine.conversation)}
      beside={board.thread.value?.id === mine.conversation}
      now={now}
      onBack={() => board.open(mine.conversation)}
    />
  );
}

/** Not answered yet. */
function isWaiting(board: Board): boolean {
  return WAITING.has(board.calls.call.value?.view.value?.state ?? "queued");
}

function nameOf(board: Board, conversation: string): string {
  const view = board.threads.value.find((thread) => thread.id === conversation)?.view.value;
  return view ? nameIn(view) : "";
}

/** A citizen proposes a call: yes or no. */
function Proposed({ board, proposed }: { board: Board; proposed: CallOf }) {
  const say = words.value.call;
  const title = say.proposedBy(nameOf(board, proposed.conversation));
  return (
    <section class="call-bar call-rings" aria-label={title}>
      <p>
        <Icon name="camera" />
        {title}
      </p>
      <div class="row">
        <Button
          tone="call"
          onClick={() => {
            board.open(proposed.conversation);
            void board.calls.accept(proposed);
          }}
        >
          {say.accept}
        </Button>
        <Button tone="outline" onClick={() => void board.calls.decline(proposed)}>
          {say.decline}
        </Button>
      </div>
    </section>
  );
}

/** Proposed by me. */
function Waiting({ board, mine }: { board: Board; mine: CallOf }) {
  const say = words.value.call;
  const name = nameOf(board, mine.conversation);
  return (
    <section class="call-bar" aria-label={say.waiting(name)}>
      <p>
        <Icon name="camera" />
        {say.waiting(name)}
      </p>
      <Button tone="outline" onClick={() => void board.calls.decline(mine)}>
        {say.takeBack}
      </Button>
    </section>
  );
}

interface StageProps {
  board: Board;
  call: Call;
  name: string;
  /** Its conversation is the one on the screen. */
  beside: boolean;
  now: ReadonlySignal<number>;
  onBack: () => void;
}

function Stage({ board, call, name, beside, now, onBack }: StageProps) {
  const say = words.value.call;
  const trouble = useSignal(false);
  const large = useSignal(false);
  useWakeLock();
  return (
    <section class="call-stage" data-beside={beside} data-large={large.value} aria-label={say.with(name)}>
      <Status
        call={call}
        devices={board.devices}
        name={name}
        say={t.value.call}
        silentMic={t.value.call.silentMic}
        now={now}
      />
      <Face call={call} name={name} say={t.value.call}>
        <OwnPicture call={call} devices={board.devices} say={t.value.call} />
      </Face>
      {!beside && (
        <Button tone="outline" onClick={onBack}>
          {say.back(name)}
        </Button>
      )}
      <Controls
        call={call}
        devices={board.devices}
        say={t.value.call}
        label={say.controls}
        onTrouble={() => (trouble.value = true)}
      >
        <button type="button" class="control control-size" onClick={() => (large.value = !large.value)}>
          <Icon name="expand" />
          <span>{large.value ? say.small : say.large}</span>
        </button>
      </Controls>
      {trouble.value && (
        <TroubleDialog call={call} devices={board.devices} onClose={() => (trouble.value = false)} />
      )}
    </section>
  );
}
