import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import type { Call } from "../../state/call";
import type { Devices } from "../../state/devices";
import type { Lesson as LessonStore } from "../../state/lesson";
import { announce } from "../../ui/announcer";
import { useArrival } from "../../ui/focus";
import { Icon } from "../../ui/icons";
import { Controls } from "../../widgets/call/controls";
import { Face } from "../../widgets/call/face";
import { OwnPicture } from "../../widgets/call/own_picture";
import { Status } from "../../widgets/call/status";
import { TroubleDialog } from "../../widgets/call/trouble_dialog";
import { useWakeLock } from "../../widgets/wake_lock";
import { Chat } from "./chat";
import { Photo } from "./photo";
import "./lesson.css";

export interface LessonProps {
  lesson: LessonStore;
  call: Call;
  devices: Devices;
  /** Addressed as a child. */
  tu: boolean;
  now: ReadonlySignal<number>;
  fileAddress: (file: string) => string;
}

export type Main = "face" | "photo";

/** Two people, one exercise, and what they say. */
export function Lesson({ lesson, call, devices, tu, now, fileAddress }: LessonProps) {
  const heading = useArrival<HTMLHeadingElement>();
  const say = t.value.lesson;
  const view = lesson.view.value;
  const chosen = useSignal<Main | undefined>(undefined);
  const chatOpen = useSignal(false);
  const trouble = useSignal(false);
  const other = nameOfOther(lesson, call, tu);
  const main: Main = chosen.value ?? (view?.photo ? "photo" : "face");
  const unread = useUnread(lesson, other, chatOpen.value);
  useWakeLock();
  return (
    <div class="lesson" data-main={main} data-photo={Boolean(view?.photo)} data-chat={chatOpen.value}>
      <header class="lesson-head">
        <h1 ref={heading} tabIndex={-1}>
          {say.title(other)}
        </h1>
        {view && <p class="lesson-subject">{t.value.subjects[view.subject]}</p>}
        <Status
          call={call}
          devices={devices}
          name={other}
          say={t.value.call}
          silentMic={tu ? say.silentMicPupil : t.value.call.silentMic}
          now={now}
        />
      </header>
      <Face call={call} name={other} say={t.value.call}>
        <OwnPicture call={call} devices={devices} say={t.value.call} />
        {view?.photo && main === "photo" && (
          <Swap words={say.faceLarge} onClick={() => (chosen.value = "face")} />
        )}
      </Face>
      {view?.photo && (
        <Photo address={fileAddress(view.photo)}>
          {main === "face" && <Swap words={say.photoLarge} onClick={() => (chosen.value = "photo")} />}
        </Photo>
      )}
      <Chat
        lesson={lesson}
        tu={tu}
        other={other}
        open={chatOpen.value}
        onClose={() => (chatOpen.value = false)}
      />
      <Controls
        call={call}
        devices={devices}
        say={t.value.call}
        label={say.controls}
        onTrouble={() => (trouble.value = true)}
      >
        <button
          id="chat-toggle"
          type="button"
          class="control control-chat"
          aria-expanded={chatOpen.value}
          onClick={() => (chatOpen.value = !chatOpen.value)}
        >
          <Icon name="chat" />
          <span>{say.chatOpen(unread)}</span>
        </button>
      </Controls>
      {trouble.value && (
        <TroubleDialog call={call} devices={devices} onClose={() => (trouble.value = false)} />
      )}
    </div>
  );
}

/** Messages that came while the panel was closed; each is also read out. */
function useUnread(lesson: LessonStore, other: string, open: boolean): number {
  const read = useSignal(0);
  const theirs = lesson.lines.value.filter((line) => line.kind === "said" && !line.mine);
  useEffect(() => {
    if (open) read.value = theirs.length;
  }, [open, theirs.length]);
  useEffect(() => {
    const last = theirs.at(-1);
    if (last) announce(`${t.value.lesson.chatFrom(other)} : ${last.text}`);
  }, [theirs.length]);
  return open ? 0 : Math.max(0, theirs.length - read.value);
}

function nameOfOther(lesson: LessonStore, call: Call, tu: boolean): string {
  const view = lesson.view.value;
  return (tu ? view?.volunteer_name : view?.pupil_name) ?? call.other.value?.name ?? "";
}

/** Lies on whatever is small, and makes it large. */
function Swap({ words, onClick }: { words: string; onClick: () => void }) {
  return (
    <button type="button" class="swap" aria-label={words} title={words} onClick={onClick}>
      <span class="swap-mark">
        <Icon name="expand" />
      </span>
    </button>
  );
}
