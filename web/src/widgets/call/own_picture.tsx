import { useEffect, useRef } from "preact/hooks";
import type { CallWords } from "../../i18n/fr_call";
import type { Call } from "../../state/call";
import type { Devices } from "../../state/devices";
import { Icon } from "../../ui/icons";

/** What the other one sees of me, small, mirrored as in a mirror. */
export function OwnPicture({ call, devices, say }: { call: Call; devices: Devices; say: CallWords }) {
  const video = useRef<HTMLVideoElement>(null);
  const track = call.cameraOn.value ? devices.track.camera.value : undefined;
  useEffect(() => {
    if (video.current) video.current.srcObject = track ? new MediaStream([track]) : null;
  }, [track]);
  return (
    <div class="own" data-on={track !== undefined}>
      <video ref={video} autoPlay playsInline muted aria-hidden="true" data-testid="own-video" />
      {!track && (
        <span class="own-off">
          <Icon name="cameraOff" />
          <span class="unseen">{say.cameraIsOff}</span>
        </span>
      )}
      <span class="own-name">{say.you}</span>
      {track && devices.choices.camera.value.length > 1 && (
        <button type="button" class="own-flip" onClick={() => void devices.flip()}>
          <span class="unseen">{say.flip}</span>
          <Icon name="rotate" />
        </button>
      )}
    </div>
  );
}
