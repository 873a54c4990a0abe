import { useId } from "preact/hooks";
import { t } from "../i18n";
import type { Devices, Kind } from "../state/devices";

/** Which microphone or camera; nothing to choose, nothing shown. */
export function DeviceChoice({ devices, kind, label }: { devices: Devices; kind: Kind; label: string }) {
  const id = useId();
  const choices = devices.choices[kind].value;
  const used = devices.track[kind].value?.getSettings().deviceId ?? "";
  if (choices.length < 2) return null;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <select
        id={id}
        class="input"
        value={used}
        onChange={(event) => void devices.open(kind, event.currentTarget.value)}
      >
        {choices.map((choice, index) => (
          <option key={choice.id} value={choice.id}>
            {choice.label || t.value.check.device(index + 1)}
          </option>
        ))}
      </select>
    </div>
  );
}
