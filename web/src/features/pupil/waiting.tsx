import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import type { Devices } from "../../state/devices";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { useArrival } from "../../ui/focus";
import { Icon, type IconName } from "../../ui/icons";
import { TroubleNotice } from "../../widgets/trouble";
import { typographic } from "../../widgets/typographic";
import { useWakeLock } from "../../widgets/wake_lock";
import type { MyQuestion, PupilView } from "../../wire/messages.gen";

export interface WaitingProps {
  view: PupilView;
  question: MyQuestion;
  devices: Devices;
  cameraWanted: boolean;
  photo: string;
  onChange: (words: string) => void;
  onCancel: () => void;
}

function presentNames(view: PupilView, presence: string): string[] {
  return Object.values(view.volunteers)
    .filter((row) => row.presence === presence)
    .map((row) => row.name);
}

/** Where the question is, in one honest sentence. */
export function sentenceOf(view: PupilView, question: MyQuestion): string {
  const say = t.value.pupil.waiting;
  if (question.state === "taken") return say.starting("");
  if (question.state === "promised" && question.promised_at !== undefined) {
    return say.promised(question.promised_by, question.promised_at);
  }
  if (question.state === "ringing") {
    return say.ringing(question.ringing_for ? [question.ringing_for] : presentNames(view, "here"));
  }
  if (question.state === "nobody_yet") return say.nobodyYet;
  if (question.ahead > 0) return say.ahead(question.ahead);
  const anyone = presentNames(view, "here").length + presentNames(view, "lesson").length > 0;
  return anyone ? say.next : say.nobodyHere;
}

export function Waiting({ view, question, devices, cameraWanted, photo, onChange, onCancel }: WaitingProps) {
  const heading = useArrival<HTMLHeadingElement>();
  const cancelling = useSignal(false);
  const say = t.value.pupil.waiting;
  // A telephone that falls asleep would miss the call.
  useWakeLock();
  const sentence = sentenceOf(view, question);
  useEffect(() => announce(sentence), [sentence]);
  return (
    <div class="waiting">
      <section class="waiting-now" data-state={question.state}>
        <span class="waiting-pulse" aria-hidden="true">
          <Icon
            name={question.state === "ringing" ? "bell" : question.state === "taken" ? "call" : "clock"}
          />
        </span>
        <h1 ref={heading} tabIndex={-1}>
          {sentence}
        </h1>
        <p class="waiting-what">{say.what}</p>
        <p class="soft">{say.youMay}</p>
      </section>
      <div class="waiting-side">
        <OwnMedia devices={devices} cameraWanted={cameraWanted} />
        <section class="card stack">
          <h2>{say.mine}</h2>
          <Mine question={question} photo={photo} onChange={onChange} />
          <Button
            tone="plain"
            onClick={() => {
              cancelling.value = true;
            }}
          >
            {say.cancel}
          </Button>
        </section>
      </div>
      {cancelling.value && (
        <Dialog
          title={say.cancelSure}
          onClose={() => {
            cancelling.value = false;
          }}
        >
          <p>{say.cancelText}</p>
          <div class="row">
            <Button
              tone="primary"
              large
              onClick={() => {
                cancelling.value = false;
              }}
            >
              {say.cancelNo}
            </Button>
            <Button
              tone="outline"
              large
              onClick={() => {
                cancelling.value = false;
                onCancel();
              }}
            >
              {say.cancelYes}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

/** The question as it stands, and changing its words. */
function Mine({
  question,
  photo,
  onChange,
}: {
  question: MyQuestion;
  photo: string;
  onChange: (words: string) => void;
}) {
  const editing = useSignal(false);
  const draft = useSignal(question.words);
  const say = t.value.pupil;
  function save(event: SubmitEvent): void {
    event.preventDefault();
    onChange(draft.value.trim());
    editing.value = false;
  }
  return (
    <>
      <p class="mine-subject">
        <Icon name={question.subject as IconName} />
        {t.value.subjects[question.subject]}
      </p>
      {editing.value ? (
        <form class="stack" onSubmit={save}>
          <div class="field">
            <label for="new-words">{say.words}</label>
            <textarea
              id="new-words"
              class="input"
              rows={3}
              maxLength={500}
              value={draft.value}
              onInput={(event) => {
                draft.value = event.currentTarget.value;
              }}
            />
          </div>
          <Button tone="primary" submit>
            {t.value.common.save}
          </Button>
        </form>
      ) : (
        <>
          {question.words && <p class="mine-words">{typographic(question.words)}</p>}
          {photo && <img class="mine-photo" src={photo} alt={say.photoAlt} />}
          <Button
            tone="outline"
            onClick={() => {
              draft.value = question.words;
              editing.value = true;
            }}
          >
            {say.waiting.change}
          </Button>
        </>
      )}
    </>
  );
}

/** What the volunteer will see; a microphone that is not on is said, with the way out. */
function OwnMedia({ devices, cameraWanted }: { devices: Devices; cameraWanted: boolean }) {
  const say = t.value.pupil.waiting;
  const camera = devices.track.camera.value;
  const microphone = devices.track.microphone.value;
  const trouble = devices.trouble.microphone.value;
  if (!microphone) {
    return (
      <section class="card stack">
        {trouble ? <TroubleNotice kind="microphone" trouble={trouble} /> : <p>{say.enableWhy}</p>}
        <Button tone="primary" icon="microphone" onClick={() => void devices.open("microphone")}>
          {say.enable}
        </Button>
      </section>
    );
  }
  if (!camera || !cameraWanted) return <p class="soft">{say.cameraOff}</p>;
  return (
    <figure class="waiting-preview">
      <Mirror track={camera} label={say.preview} />
      <figcaption class="soft">{say.preview}</figcaption>
    </figure>
  );
}

function Mirror({ track, label }: { track: MediaStreamTrack; label: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = new MediaStream([track]);
  }, [track]);
  return <video ref={video} autoPlay playsInline muted aria-label={label} />;
}
