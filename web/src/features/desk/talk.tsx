import { type Signal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { Board } from "../../state/desk_board";
import type { Thread } from "../../state/desk_thread";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import type { ConversationView, DeskView } from "../../wire/messages.gen";
import { Composer } from "./composer";
import { Messages } from "./messages";
import { citizenName, languageName, momentWords, nameIn, personName, untilWords } from "./names";
import { presenceOf } from "./people";
import { SnoozeDialog } from "./snooze";
import { TransferDialog } from "./transfer";

/** What the keyboard may open from outside. */
export interface TalkOpen {
  readonly picking: Signal<boolean>;
  readonly dialog: Signal<"" | "transfer" | "snooze">;
}

export interface TalkProps {
  board: Board;
  thread: Thread;
  view: ConversationView;
  desk: DeskView;
  now: number;
  open: TalkOpen;
  onBack: () => void;
  /** The details are beside it, where they are shown only when asked for. */
  detailed: boolean;
  onDetails: () => void;
}

const LINE = new Set(["waiting", "reopened"]);

/** One conversation: who, the talk, and one main thing to do: take it, or answer. */
export function Talk(props: TalkProps) {
  const { board, thread, view, desk, now, open, onBack, detailed, onDetails } = props;
  const say = words.value.talk;
  const name = nameIn(view);
  useFocus(view.agent === desk.me && view.state !== "closed");
  const notes = thread.notes.value.filter((line) => line.kind === "note").length;
  return (
    <>
      <header class="talk-head">
        <Button tone="plain" class="only-narrow" onClick={onBack}>
          {say.back}
        </Button>
        <div class="talk-who">
          <h2 id="talk-title" tabIndex={-1}>
            {name}
          </h2>
          <p class="talk-about">
            {[presenceOf(view), view.topic_name, view.language !== "fr" && languageName(view.language)]
              .filter(Boolean)
              .join(" · ")}
          </p>
        </div>
        <Button tone="outline" class="only-medium" expanded={detailed} onClick={onDetails}>
          {say.details(notes)}
        </Button>
        <Acts {...props} />
      </header>
      <Standing {...props} />
      <Messages
        thread={thread}
        view={view}
        desk={desk}
        now={now}
        fileAddress={(file) => board.session.fileAddress(file)}
      />
      <Bottom {...props} />
      {open.dialog.value === "transfer" && (
        <TransferDialog board={board} view={view} desk={desk} onClose={() => (open.dialog.value = "")} />
      )}
      {open.dialog.value === "snooze" && (
        <SnoozeDialog board={board} view={view} now={now} onClose={() => (open.dialog.value = "")} />
      )}
    </>
  );
}

const ONE_COLUMN = "(max-width: 47.99rem)";

/** One goes on where one opened: in the answer, or at the name where a keyboard would cover a small screen. */
function useFocus(mine: boolean): void {
  useEffect(() => {
    // Never out of a field in which something is being written.
    if (document.activeElement?.matches("input, textarea, select")) return;
    const title = !mine || matchMedia(ONE_COLUMN).matches;
    document.getElementById(title ? "talk-title" : "answer")?.focus();
  }, [mine]);
}

/** What can be done with a conversation that is mine. */
function Acts({ board, view, desk, open }: TalkProps) {
  const say = words.value.talk;
  if (view.agent !== desk.me || view.state === "closed") return null;
  return (
    <div class="talk-acts" role="group" aria-label={say.acts}>
      {!view.call && !board.calls.mine.value && (
        <Button tone="outline" icon="camera" onClick={() => void board.calls.propose(view.conversation)}>
          {say.proposeCall}
        </Button>
      )}
      <Button tone="outline" onClick={() => (open.dialog.value = "transfer")}>
        {say.transfer}
      </Button>
      <Button tone="outline" icon="clock" onClick={() => (open.dialog.value = "snooze")}>
        {say.snooze}
      </Button>
      <CloseButton board={board} view={view} />
    </div>
  );
}

/** Closing asks once more, in the same place: a citizen would read it. */
function CloseButton({ board, view }: { board: Board; view: ConversationView }) {
  const say = words.value.talk;
  const sure = useSignal(false);
  useEffect(() => {
    if (!sure.value) return undefined;
    const timer = setTimeout(() => (sure.value = false), 6_000);
    return () => clearTimeout(timer);
  }, [sure.value]);
  function close(): void {
    if (!sure.value) {
      sure.value = true;
      return;
    }
    sure.value = false;
    const { conversation } = view;
    void board.act(conversation, { type: "conversation.close", conversation });
  }
  return (
    <Button id="talk-close" tone={sure.value ? "danger" : "outline"} icon="check" onClick={close}>
      {sure.value ? say.closeSure : say.close}
    </Button>
  );
}

/** How things stand, where it matters for what one does next. */
function Standing({ board, thread, view, desk, now }: TalkProps) {
  const say = words.value.talk;
  const refused = board.refused.value;
  const mine = refused?.conversation === view.conversation ? refused : undefined;
  const others = Object.entries(thread.writing.value.people)
    .filter(([id, row]) => id !== desk.me && row.viewing)
    .map(([id]) => personName(id, view, desk));
  const gone = view.agent_gone_until;
  return (
    <div class="standing">
      {mine && (
        <div role="alert">
          <Notice
            tone="warn"
            action={<Button onClick={() => board.clearRefused()}>{t.value.common.close}</Button>}
          >
            {refusedWords(mine.code, view, desk)}
          </Notice>
        </div>
      )}
      {others.length > 0 && <p class="standing-line">{say.viewing(others)}</p>}
      {gone !== undefined && view.agent === desk.me && (
        <p class="standing-line" data-tone="warn">
          {say.iWasGone(momentWords(gone, now))}
        </p>
      )}
      {gone !== undefined && view.agent !== desk.me && (
        <p class="standing-line" data-tone="warn">
          {say.agentGone(personName(view.agent, view, desk), momentWords(gone, now))}
        </p>
      )}
      {view.later && <p class="standing-line">{say.later(nameIn(view))}</p>}
      {view.snoozed_until !== undefined && view.state === "snoozed" && (
        <p class="standing-line">{say.snoozedUntil(momentWords(view.snoozed_until, now))}</p>
      )}
    </div>
  );
}

const TOO_LATE = new Set(["taken", "conflict", "kept"]);

/** Too late says who was faster; everything else has its sentence. */
function refusedWords(code: string, view: ConversationView, desk: DeskView): string {
  const say = words.value.talk;
  const faster = view.agent !== "" && view.agent !== desk.me;
  if (faster && TOO_LATE.has(code)) return say.takenBy(personName(view.agent, view, desk));
  return words.value.codes[code] ?? t.value.codes[code] ?? t.value.codes["internal"] ?? "";
}

/** One main thing to do. */
function Bottom(props: TalkProps) {
  const { board, thread, view, desk, open } = props;
  const say = words.value.talk;
  if (view.agent === desk.me && view.state !== "closed") {
    return (
      <Composer thread={thread} view={view} desk={desk} macros={board.macros.value} picking={open.picking} />
    );
  }
  if (LINE.has(view.state)) {
    return (
      <div class="talk-take">
        <p>{waitingWords(props)}</p>
        <Button
          tone="call"
          large
          busy={board.busy.value === view.conversation}
          onClick={() => void board.claim(view.conversation)}
        >
          {words.value.take}
        </Button>
      </div>
    );
  }
  if (view.state === "closed") return <p class="talk-take">{say.closedText(nameIn(view))}</p>;
  return (
    <div class="talk-take">
      <p>
        {say.isWith(personName(view.agent, view, desk))} {thread.draft.text.value && say.draftKept}
      </p>
      {desk.role === "supervisor" && (
        <Button
          tone="primary"
          busy={board.busy.value === view.conversation}
          onClick={() => void board.claim(view.conversation)}
        >
          {say.takeOver}
        </Button>
      )}
    </div>
  );
}

function waitingWords({ view, desk, now }: TalkProps): string {
  const say = words.value.talk;
  const { waiting } = view;
  if (waiting?.first_for && waiting.first_until !== undefined && waiting.first_until > now) {
    return view.follows === desk.me
      ? say.firstForYou(untilWords(waiting.first_until, now))
      : say.firstFor(waiting.first_for, untilWords(waiting.first_until, now));
  }
  if (view.state === "reopened") return say.reopenedText(nameIn(view));
  return say.waitsText(citizenName(nameIn(view), view.number));
}
