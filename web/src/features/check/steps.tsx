import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import type { Devices } from "../../state/devices";
import { chime } from "../../state/level";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { DeviceChoice } from "../../widgets/device_choice";
import { LevelBar } from "../../widgets/level_bar";
import { TroubleNotice } from "../../widgets/trouble";

const TUNE = [523.25, 659.25, 783.99, 1046.5];

/** I hear: a small tune, and a question. */
export function HearStep({ tu, onDone }: { tu: boolean; onDone: () => void }) {
  const played = useSignal(false);
  const nothing = useSignal(false);
  const words = t.value.check;
  function play(): void {
    chime(TUNE);
    played.value = true;
    nothing.value = false;
  }
  return (
    <>
      <p>{words.hearAsk(tu)}</p>
      <div class="row">
        <Button tone={played.value ? "outline" : "primary"} large icon="sound" onClick={play}>
          {played.value ? words.playAgain : words.playTone}
        </Button>
      </div>
      {played.value && (
        <>
          <p class="label" aria-live="polite">
            {words.didYouHear(tu)}
          </p>
          <div class="row">
            <Button tone="primary" large onClick={onDone}>
              {words.heardYes}
            </Button>
            <Button
              tone="outline"
              large
              onClick={() => {
                nothing.value = true;
              }}
            >
              {words.heardNo}
            </Button>
          </div>
        </>
      )}
      {nothing.value && (
        <>
          <ul class="check-tips" aria-live="polite">
            {words.noSoundHelp(tu).map((tip) => (
              <li key={tip}>{tip}</li>
            ))}
          </ul>
          <Button tone="plain" onClick={onDone}>
            {words.continueAnyway}
          </Button>
        </>
      )}
    </>
  );
}

/** I am heard: asks for the microphone after a press, shows that it moves. */
export function MicrophoneStep({
  devices,
  tu,
  onDone,
}: {
  devices: Devices;
  tu: boolean;
  onDone: () => void;
}) {
  const busy = useSignal(false);
  const heard = useSignal(false);
  const words = t.value.check;
  const track = devices.track.microphone.value;
  async function start(): Promise<void> {
    busy.value = true;
    await devices.open("microphone");
    busy.value = false;
  }
  if (!track) {
    return (
      <>
        {devices.trouble.microphone.value ? (
          <TroubleNotice kind="microphone" trouble={devices.trouble.microphone.value} />
        ) : (
          <p>{words.micAsk(tu)}</p>
        )}
        <div class="row">
          <Button tone="primary" large icon="microphone" busy={busy.value} onClick={() => void start()}>
            {devices.trouble.microphone.value ? t.value.common.retry : words.micStart}
          </Button>
          {devices.trouble.microphone.value && (
            <Button tone="outline" large onClick={onDone}>
              {words.noMic(tu)}
            </Button>
          )}
        </div>
      </>
    );
  }
  return (
    <>
      <p>{words.micSpeak(tu)}</p>
      <LevelBar
        track={track}
        label={words.micLevel}
        onHeard={() => {
          if (heard.value) return;
          heard.value = true;
          announce(tu ? words.micHeard : words.micHeardAdult);
        }}
      />
      <p class="check-verdict" data-good={heard.value}>
        {heard.value ? (tu ? words.micHeard : words.micHeardAdult) : words.micSilent(tu)}
      </p>
      <DeviceChoice devices={devices} kind="microphone" label={words.microphone} />
      <Button tone={heard.value ? "primary" : "outline"} large onClick={onDone}>
        {heard.value ? words.micGood : words.continueAnyway}
      </Button>
    </>
  );
}

/** I am seen: optional, and said so. */
export function CameraStep(props: { devices: Devices; tu: boolean; onDone: (camera: boolean) => void }) {
  const { devices, tu, onDone } = props;
  const busy = useSignal(false);
  const words = t.value.check;
  const track = devices.track.camera.value;
  async function start(): Promise<void> {
    busy.value = true;
    await devices.open("camera");
    busy.value = false;
  }
  function without(): void {
    devices.close("camera");
    onDone(false);
  }
  return (
    <>
      {track ? (
        <Preview track={track} label={words.camPreview} />
      ) : devices.trouble.camera.value ? (
        <TroubleNotice kind="camera" trouble={devices.trouble.camera.value} />
      ) : (
        <p>{words.camAsk(tu)}</p>
      )}
      {track && (
        <div class="row">
          <DeviceChoice devices={devices} kind="camera" label={words.camera} />
        </div>
      )}
      <div class="row">
        {track ? (
          <Button tone="primary" large onClick={() => onDone(true)}>
            {words.camGood}
          </Button>
        ) : (
          <Button tone="primary" large icon="camera" busy={busy.value} onClick={() => void start()}>
            {devices.trouble.camera.value ? t.value.common.retry : words.camStart}
          </Button>
        )}
        <Button tone="outline" large onClick={without}>
          {words.camSkip}
        </Button>
      </div>
    </>
  );
}

function Preview({ track, label }: { track: MediaStreamTrack; label: string }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (video.current) video.current.srcObject = new MediaStream([track]);
  }, [track]);
  return <video ref={video} class="check-preview" autoPlay playsInline muted aria-label={label} />;
}
