import { t } from "../../i18n";
import type { Call } from "../../state/call";
import type { Devices } from "../../state/devices";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { DeviceChoice } from "../../widgets/device_choice";
import { LevelBar } from "../../widgets/level_bar";
import { TroubleNotice } from "../../widgets/trouble";

/** What to try when something does not work, in the order of what helps most often. */
export function TroubleDialog({
  call,
  devices,
  onClose,
}: {
  call: Call;
  devices: Devices;
  onClose: () => void;
}) {
  const say = t.value.call.trouble;
  const check = t.value.check;
  const microphone = devices.track.microphone.value;
  const microphoneTrouble = devices.trouble.microphone.value;
  const cameraTrouble = devices.trouble.camera.value;
  return (
    <Dialog title={say.title} onClose={onClose}>
      <h3>{say.dontHear}</h3>
      <p>{say.dontHearTip}</p>
      <h3>{say.notHeard}</h3>
      <p>{say.notHeardTip}</p>
      {microphone && <LevelBar track={microphone} label={check.micLevel} onHeard={() => undefined} />}
      {microphoneTrouble && <TroubleNotice kind="microphone" trouble={microphoneTrouble} />}
      {!microphone && (
        <Button tone="outline" icon="microphone" onClick={() => void devices.open("microphone")}>
          {t.value.common.retry}
        </Button>
      )}
      <DeviceChoice devices={devices} kind="microphone" label={check.microphone} />
      <h3>{say.noPicture}</h3>
      <p>{say.noPictureTip}</p>
      {cameraTrouble && call.cameraOn.value && <TroubleNotice kind="camera" trouble={cameraTrouble} />}
      <DeviceChoice devices={devices} kind="camera" label={check.camera} />
      <div class="row">
        <Button
          tone="primary"
          icon="rotate"
          onClick={() => {
            announce(say.restarted);
            call.restart();
            onClose();
          }}
        >
          {say.restart}
        </Button>
        <Button tone="outline" onClick={onClose}>
          {t.value.common.close}
        </Button>
      </div>
    </Dialog>
  );
}
