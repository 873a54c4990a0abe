import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { CallWords } from "../../i18n/fr_call";
import type { Call } from "../../state/call";
import type { Devices } from "../../state/devices";
import "./call.css";
import { Icon, type IconName } from "../../ui/icons";

export interface ControlsProps {
  call: Call;
  devices: Devices;
  say: CallWords;
  /** What the group of buttons is called. */
  label: string;
  onTrouble: () => void;
  /** Buttons of the page's own, after microphone and camera. */
  children?: ComponentChildren;
}

/** What one can do, always with words: nobody should wonder what a button does. */
export function Controls({ call, devices, say, label, onTrouble, children }: ControlsProps) {
  const ending = useSignal(false);
  const microphone = call.microphoneOn.value && !devices.trouble.microphone.value;
  const camera = call.cameraOn.value && !devices.trouble.camera.value;
  async function hangUp(): Promise<void> {
    ending.value = true;
    try {
      await call.hangUp();
    } catch {
      ending.value = false;
    }
  }
  return (
    <div class="controls" role="group" aria-label={label}>
      <Control
        icon={microphone ? "microphone" : "microphoneOff"}
        words={microphone ? say.mute : say.unmute}
        off={!microphone}
        onClick={() => void call.setMicrophone(!microphone)}
      />
      <Control
        icon={camera ? "camera" : "cameraOff"}
        words={camera ? say.cameraOff : say.cameraOn}
        off={!camera}
        onClick={() => void call.setCamera(!camera)}
      />
      {children}
      <Control icon="help" words={say.help} onClick={onTrouble} />
      <button
        type="button"
        class="control control-end"
        aria-disabled={ending.value || undefined}
        onClick={() => !ending.value && void hangUp()}
      >
        <Icon name="hangUp" />
        <span>{ending.value ? say.hangingUp : say.hangUp}</span>
      </button>
    </div>
  );
}

function Control(props: { icon: IconName; words: string; off?: boolean; onClick: () => void }) {
  return (
    <button type="button" class="control" data-off={props.off} onClick={props.onClick}>
      <Icon name={props.icon} />
      <span>{props.words}</span>
    </button>
  );
}
