import { computed, effect, type ReadonlySignal, signal, untracked } from "@preact/signals";
import { t } from "../i18n";
import type { CallView, PupilView, VolunteerView } from "../wire/messages.gen";
import { type Call, openCall } from "./call";
import { cameraWanted, noteWorked } from "./checked";
import { type Classroom, isVolunteerView, openClassroom } from "./classroom";
import { createDevices, type Devices } from "./devices";
import { follow } from "./follow";
import { type Lesson, openLesson } from "./lesson";
import { openQuestionDesk, type QuestionDesk } from "./question";
import { openRinging, type Ring } from "./ringing";
import type { Session } from "./session";
import { openVolunteerDesk, type VolunteerDesk } from "./volunteer_desk";

/** How the last lesson ended, for the page on which the person lands. */
export interface Farewell {
  readonly name: string;
  readonly how: "they_hung_up" | "lost" | "";
}

/** All that the classroom page of one person holds. */
export interface Desk {
  readonly session: Session;
  readonly classroom: Classroom;
  readonly devices: Devices;
  readonly questions: QuestionDesk;
  readonly volunteer: VolunteerDesk;
  readonly call: ReadonlySignal<Call | undefined>;
  readonly lesson: ReadonlySignal<Lesson | undefined>;
  readonly farewell: ReadonlySignal<Farewell | undefined>;
  /** A new beginning: the last lesson is not spoken of any more. */
  clearFarewell(): void;
}

const LINGER_MS = 3_000;
const BEGINNING: ReadonlySet<string> = new Set(["accepted", "connecting"]);
const hidden = signal(document.visibilityState === "hidden");
document.addEventListener("visibilitychange", () => (hidden.value = document.visibilityState === "hidden"));

function callOf(view: PupilView | VolunteerView | undefined): string {
  if (!view) return "";
  return view.call || (isVolunteerView(view) ? "" : (view.question?.call ?? ""));
}

export function openDesk(session: Session): Desk {
  const classroom = openClassroom(session);
  const devices = createDevices();
  const { view } = classroom;
  const accepted = signal("");
  const left = signal<string | undefined>(undefined);
  const lastCall = signal<Call | undefined>(undefined);
  const volunteerView = computed(() => (view.value && isVolunteerView(view.value) ? view.value : undefined));
  const wantsCamera = (): boolean => cameraWanted(session.login);
  const volunteer = openVolunteerDesk(
    session,
    devices,
    volunteerView,
    (call) => (accepted.value = call),
    wantsCamera,
  );

  // After "accept" the call begins at once; the view follows.
  const callId = computed(() => callOf(view.value) || accepted.value);
  effect(() => {
    if (callOf(view.value) !== "") accepted.value = "";
  });
  const call = follow(
    callId,
    (id) => openCall(session, devices, id, wantsCamera()),
    (former) => {
      lastCall.value = former;
      former.leave(LINGER_MS);
    },
  );
  const lessonId = computed(() => view.value?.lesson ?? "");
  const lesson = follow(
    lessonId,
    (id) => openLesson(session, id, view.peek()?.me ?? ""),
    (former) => {
      left.value = otherName(former, view.peek());
      former.close();
    },
  );
  keepDevices(classroom, devices, call, wantsCamera);
  effect(() => {
    // A lesson in which both were heard is better than any check.
    if (call.value?.view.value?.state === "live") noteWorked(session.login);
  });
  openRinging(computed(() => pupilRing(view.value, call.value?.view.value)));
  return {
    session,
    classroom,
    devices,
    questions: openQuestionDesk(session),
    volunteer,
    call,
    lesson,
    // How it ended may be told a moment after the lesson is gone from the view.
    farewell: computed(() =>
      left.value === undefined
        ? undefined
        : { name: left.value, how: howItEnded(lastCall.value?.view.value) },
    ),
    clearFarewell: () => (left.value = undefined),
  };
}

/** A pupil's page is quiet: it rings only when it is out of sight, or for a call that was promised for later. */
function pupilRing(
  view: PupilView | VolunteerView | undefined,
  call: CallView | undefined,
): Ring | undefined {
  if (!view || isVolunteerView(view) || !call || !BEGINNING.has(call.state)) return undefined;
  if (!hidden.value && !view.question?.promised_by) return undefined;
  const words = t.value.pupil.calls(call.callee?.name ?? "");
  return { call: call.call, tab: `📞 ${words}`, notification: words };
}

function otherName(lesson: Lesson, view: PupilView | VolunteerView | undefined): string {
  const seen = lesson.view.peek();
  return (view && isVolunteerView(view) ? seen?.pupil_name : seen?.volunteer_name) ?? "";
}

function howItEnded(end: CallView | undefined): Farewell["how"] {
  if (!end) return "";
  if (end.outcome === "lost" || end.outcome === "failed") return "lost";
  // The volunteer is signed in nowhere any more: the question goes to somebody else.
  if (end.outcome === "revoked" && end.ended_by === "callee") return "lost";
  return ["", end.me].includes(end.ended_by) ? "" : "they_hung_up";
}

/** Microphone and camera run while a call is there or a question waits, and not a moment longer. */
function keepDevices(
  classroom: Classroom,
  devices: Devices,
  call: ReadonlySignal<Call | undefined>,
  wantsCamera: () => boolean,
): void {
  const view = classroom.view;
  const wanted = computed(() => {
    const now = view.value;
    if (!now || call.value === undefined || call.value.elsewhere.value) return false;
    return isVolunteerView(now) ? true : now.checked;
  });
  effect(() => {
    const open = wanted.value;
    untracked(() => {
      if (open) {
        void devices.open("microphone");
        if (wantsCamera()) void devices.open("camera");
      } else if (view.value !== undefined) {
        devices.close("microphone");
        devices.close("camera");
      }
    });
  });
}
