import { type ReadonlySignal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { t } from "../../i18n";
import type { Devices } from "../../state/devices";
import { Button } from "../../ui/button";
import { useArrival } from "../../ui/focus";
import { Icon, type IconName } from "../../ui/icons";
import { CameraStep, HearStep, MicrophoneStep } from "./steps";
import "./check.css";

export interface CheckProps {
  devices: Devices;
  /** Addressed as a child. */
  tu: boolean;
  /** What works. */
  onDone: (microphone: boolean, camera: boolean) => void;
  onBack?: () => void;
}

/** One screen, three steps: I hear, I am heard, I am seen. Only the present one is unfolded. */
export function Check({ devices, tu, onDone, onBack }: CheckProps) {
  const heading = useArrival<HTMLHeadingElement>();
  const step = useSignal(1);
  const words = t.value.check;
  const go = (to: number) => () => {
    step.value = to;
  };
  return (
    <div class="check stack">
      <h1 ref={heading} tabIndex={-1}>
        {words.title}
      </h1>
      <p class="check-lead">{words.lead(tu)}</p>
      <ol class="check-steps">
        <Step number={1} icon="sound" title={words.hear} step={step}>
          <HearStep tu={tu} onDone={go(2)} />
        </Step>
        <Step number={2} icon="microphone" title={words.heard} step={step}>
          <MicrophoneStep devices={devices} tu={tu} onDone={go(3)} />
        </Step>
        <Step number={3} icon="camera" title={words.seen} step={step}>
          <CameraStep
            devices={devices}
            tu={tu}
            onDone={(camera) => onDone(devices.track.microphone.value !== undefined, camera)}
          />
        </Step>
      </ol>
      {onBack && (
        <Button tone="plain" onClick={onBack}>
          {t.value.common.back}
        </Button>
      )}
    </div>
  );
}

function Step(props: {
  number: number;
  icon: IconName;
  title: string;
  step: ReadonlySignal<number> & { value: number };
  children: ComponentChildren;
}) {
  const { number, step } = props;
  const words = t.value.check;
  const state = step.value === number ? "now" : step.value > number ? "done" : "later";
  return (
    <li class="check-step card" data-state={state} aria-current={state === "now" ? "step" : undefined}>
      <div class="check-head">
        <span class="check-mark">
          <Icon name={state === "done" ? "check" : props.icon} />
        </span>
        <h2>
          <span class="unseen">{words.step(number)} : </span>
          {props.title}
          {state === "done" && <span class="unseen"> : {words.done}</span>}
        </h2>
        {state === "done" && (
          <Button
            tone="plain"
            label={`${words.redo} : ${props.title}`}
            onClick={() => {
              step.value = number;
            }}
          >
            {words.redo}
          </Button>
        )}
      </div>
      {state === "now" && <div class="check-body stack">{props.children}</div>}
    </li>
  );
}
