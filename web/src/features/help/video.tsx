import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import { speakInCalls } from "../../i18n/call_language";
import { h } from "../../i18n/help";
import { type Call, openCall } from "../../state/call";
import { createDevices, type Devices } from "../../state/devices";
import type { Session } from "../../state/session";
import { Controls } from "../../widgets/call/controls";
import { Face } from "../../widgets/call/face";
import { OwnPicture } from "../../widgets/call/own_picture";
import { Status } from "../../widgets/call/status";
import { TroubleDialog } from "../../widgets/call/trouble_dialog";
import { useWakeLock } from "../../widgets/wake_lock";
import "./video.css";

const LINGER_MS = 3_000;

interface Running {
  readonly call: Call;
  readonly devices: Devices;
}

/** The video call with the advisor, above the talk or beside it. The talk does not depend on it. */
export function Video(props: { session: Session; call: string; name: string }) {
  const { session, name } = props;
  const running = useSignal<Running | undefined>(undefined);
  const trouble = useSignal(false);
  useWakeLock();
  useEffect(() => {
    const devices = createDevices();
    const call = openCall(session, devices, props.call, true);
    void speakInCalls(h.value.language);
    void devices.open("microphone");
    void devices.open("camera");
    running.value = { call, devices };
    return () => {
      running.value = undefined;
      call.leave(LINGER_MS);
      devices.close("microphone");
      devices.close("camera");
    };
  }, [props.call]);
  const now = running.value;
  if (!now) return null;
  const say = t.value.call;
  return (
    <section class="video" aria-label={h.value.call.title(name)}>
      <Face call={now.call} name={name} say={say}>
        <OwnPicture call={now.call} devices={now.devices} say={say} />
      </Face>
      <Status
        call={now.call}
        devices={now.devices}
        name={name}
        say={say}
        silentMic={say.silentMic}
        now={session.now}
      />
      <Controls
        call={now.call}
        devices={now.devices}
        say={say}
        label={h.value.call.controls}
        onTrouble={() => (trouble.value = true)}
      />
      {trouble.value && (
        <TroubleDialog call={now.call} devices={now.devices} onClose={() => (trouble.value = false)} />
      )}
    </section>
  );
}
