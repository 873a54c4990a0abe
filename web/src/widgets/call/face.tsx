import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { CallWords } from "../../i18n/fr_call";
import { nameAt, seatsOf } from "../../protocol/media/slots";
import type { Call } from "../../state/call";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { Initial } from "../../ui/initial";
import type { Party } from "../../wire/messages.gen";
import "./face.css";

export interface FaceProps {
  call: Call;
  name: string;
  say: CallWords;
  children?: ComponentChildren;
}

/** The other person: picture, voice, and a name that is never on another's face. */
export function Face({ call, name, say, children }: FaceProps) {
  const video = useRef<HTMLVideoElement>(null);
  const shown = useSignal<number | undefined>(undefined);
  const playing = useSignal(false);
  const track = call.track.screen.value ?? call.track.camera.value;
  const party = call.other.value;
  // The last frame of somebody who is gone is not shown as if she were there.
  const gone = call.view.value?.state === "interrupted" && party?.here === false;
  const picture = track !== undefined && playing.value && !gone && (party?.camera ?? true);

  useEffect(() => {
    const element = video.current;
    if (!element) return undefined;
    playing.value = false;
    element.srcObject = track ? new MediaStream([track]) : null;
    if (!track) return undefined;
    void element.play().catch(() => undefined);
    return watchFrames(element, (timestamp) => {
      shown.value = timestamp;
      playing.value = true;
    });
  }, [track]);

  return (
    <figure class="face" data-picture={picture} data-speaking={party?.speaking ?? false} data-testid="face">
      <video ref={video} autoPlay playsInline muted data-testid="remote-video" />
      {!picture && (
        <div class="face-blank">
          <Initial name={name} />
          <p>{blankWords(call, name, say)}</p>
        </div>
      )}
      <Caption party={party} name={name} say={say} shown={picture ? nameOnPicture(call, shown.value) : ""} />
      <Voice track={call.track.microphone.value} say={say} />
      {children}
    </figure>
  );
}

/** Who this is, who speaks, who is muted. `shown` is the name that belongs to the frame on screen. */
function Caption(props: { party: Party | undefined; name: string; say: CallWords; shown: string }) {
  const { party, name, say, shown } = props;
  return (
    <figcaption class="face-name" data-empty={!shown && !party?.speaking && (party?.microphone ?? true)}>
      {party?.speaking && (
        <>
          <Icon name="sound" />
          <span class="unseen">{say.speaking(name)}</span>
        </>
      )}
      {party && !party.microphone && (
        <>
          <Icon name="microphoneOff" />
          <span class="unseen">{say.theirMicOff(name)}</span>
        </>
      )}
      <span data-testid="face-name">{shown}</span>
    </figcaption>
  );
}

function blankWords(call: Call, name: string, say: CallWords): string {
  const view = call.view.value;
  if (view && view.state !== "live")
    return view.state === "interrupted" ? say.interrupted(name) : say.connecting(name);
  return call.other.value && !call.other.value.camera ? say.theirCameraOff(name) : say.waitingPicture(name);
}

function nameOnPicture(call: Call, shown: number | undefined): string {
  const view = call.view.value;
  const other = call.other.value;
  if (!view || !other) return "";
  const seats = seatsOf(view.slots, other.peer);
  const mid = seats.screen ?? seats.camera;
  return mid === undefined ? "" : nameAt(view, mid, shown);
}

/** Calls back with the RTP timestamp of each frame, or once with undefined where the browser tells none. */
function watchFrames(video: HTMLVideoElement, onFrame: (timestamp: number | undefined) => void): () => void {
  let handle = 0;
  if (!("requestVideoFrameCallback" in video)) {
    const element: HTMLVideoElement = video;
    const once = (): void => onFrame(undefined);
    element.addEventListener("playing", once, { once: true });
    return () => element.removeEventListener("playing", once);
  }
  const next = (_: number, frame: VideoFrameCallbackMetadata): void => {
    onFrame(frame.rtpTimestamp);
    handle = video.requestVideoFrameCallback(next);
  };
  handle = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(handle);
}

/** The voice has an element of its own: it goes on whatever happens to the picture. */
function Voice({ track, say }: { track: MediaStreamTrack | undefined; say: CallWords }) {
  const audio = useRef<HTMLAudioElement>(null);
  const blocked = useSignal(false);
  function play(): void {
    audio.current?.play().then(
      () => (blocked.value = false),
      (error: unknown) => (blocked.value = error instanceof DOMException && error.name === "NotAllowedError"),
    );
  }
  useEffect(() => {
    if (!audio.current) return;
    audio.current.srcObject = track ? new MediaStream([track]) : null;
    if (track) play();
  }, [track]);
  return (
    <>
      <audio ref={audio} autoPlay data-testid="remote-audio" />
      {blocked.value && (
        <div class="face-sound" role="alert">
          <p>{say.enableSoundWhy}</p>
          <Button tone="call" large icon="sound" onClick={play}>
            {say.enableSound}
          </Button>
        </div>
      )}
    </>
  );
}
