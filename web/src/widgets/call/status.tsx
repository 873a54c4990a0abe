import { type ReadonlySignal, useComputed, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../../i18n";
import type { CallWords } from "../../i18n/fr_call";
import type { Call } from "../../state/call";
import type { Devices } from "../../state/devices";
import { watchLevel } from "../../state/level";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";

export interface StatusProps {
  call: Call;
  devices: Devices;
  name: string;
  say: CallWords;
  /** What to say of a microphone that delivers nothing. */
  silentMic: string;
  now: ReadonlySignal<number>;
}

interface Said {
  readonly tone: "calm" | "warn" | "bad";
  readonly text: string;
}

/** Trouble of the media connection, in words; undefined when there is none. */
function mediaWords(call: Call, say: CallWords["media"]): Said | undefined {
  const { state, failures, code } = call.media.value;
  if (code === "no_media_server") return { tone: "bad", text: say.noServer };
  if (code === "bad_offer") return { tone: "bad", text: say.offer };
  if (state === "up" || state === "idle" || state === "closed") return undefined;
  if (code === "offline" || code === "timeout") return { tone: "warn", text: say.mending };
  if (failures >= 2) return { tone: "bad", text: say.advice };
  if (failures === 1) return { tone: "warn", text: say.long };
  return state === "mending" ? { tone: "warn", text: say.mending } : undefined;
}

/** After this a picture that stands still is no longer called a good connection. */
const FROZEN_MS = 2_000;

/** The most important thing to say about the connection, one sentence. */
function statusOf(call: Call, name: string, say: CallWords, now: number): Said {
  const view = call.view.value;
  const trouble = mediaWords(call, say.media);
  if (trouble) return trouble;
  if (view?.state === "interrupted") {
    const left = view.grace_until === undefined ? 0 : Math.ceil(view.grace_until - now);
    return { tone: "warn", text: left > 0 ? say.interruptedUntil(name, left) : say.interrupted(name) };
  }
  if (view?.state !== "live") return { tone: "calm", text: say.connecting(name) };
  const { network } = call.media.value;
  if (network.silentMs >= FROZEN_MS) return { tone: "warn", text: say.media.silent };
  if (network.soundOnly) return { tone: "warn", text: say.network.soundOnly };
  return {
    tone: network.quality === "good" || network.quality === "unknown" ? "calm" : "warn",
    text: say.network[network.quality],
  };
}

/** One line under the title: how it goes, and what to do. Silent when all is well. */
export function Status({ call, devices, name, say, silentMic, now }: StatusProps) {
  const clock = useSecondHand(call.view.value?.state === "interrupted", now);
  const status = useComputed(() => statusOf(call, name, say, clock.value)).value;
  const silent = useSilentMicrophone(call, devices);
  const microphoneTrouble = devices.trouble.microphone.value;
  useEffect(() => {
    if (status.tone !== "calm") announce(status.text);
  }, [status.tone]);
  if (call.elsewhere.value) {
    return (
      <div class="status" data-tone="warn" role="alert">
        <p>{say.elsewhere}</p>
        <Button tone="primary" onClick={() => call.takeHere()}>
          {say.takeHere}
        </Button>
      </div>
    );
  }
  return (
    <div class="status-lines">
      {status.text && (
        <p class="status" data-tone={status.tone} data-testid="network">
          {status.text}
        </p>
      )}
      {microphoneTrouble && call.microphoneOn.value && (
        <p class="status" data-tone="warn" role="alert">
          {t.value.check.trouble.microphone[microphoneTrouble]}{" "}
          <button type="button" class="said-act" onClick={() => void devices.open("microphone")}>
            {t.value.common.retry}
          </button>
        </p>
      )}
      {silent && (
        <p class="status" data-tone="warn" role="alert">
          {silentMic}
        </p>
      )}
    </div>
  );
}

/** The server's time, each second while it matters. */
function useSecondHand(running: boolean, now: ReadonlySignal<number>): ReadonlySignal<number> {
  const extra = useSignal(0);
  useEffect(() => {
    if (!running) return undefined;
    const since = performance.now();
    const base = now.peek();
    const timer = setInterval(() => (extra.value = base + (performance.now() - since) / 1000), 1000);
    return () => {
      clearInterval(timer);
      extra.value = 0;
    };
  }, [running]);
  return useComputed(() => extra.value || now.value);
}

const SILENT_S = 20;
const FLOOR = 0.02;

/** True when an open microphone has delivered nothing at all for a while: a muted headset, a wrong device. */
function useSilentMicrophone(call: Call, devices: Devices): boolean {
  const silent = useSignal(false);
  const track = devices.track.microphone.value;
  const on = call.microphoneOn.value && track !== undefined;
  useEffect(() => {
    silent.value = false;
    if (!on) return undefined;
    const watch = watchLevel(track);
    let heard = performance.now();
    const stop = watch.level.subscribe((level) => {
      if (level === undefined || level > FLOOR) heard = performance.now();
    });
    const timer = setInterval(() => (silent.value = performance.now() - heard > SILENT_S * 1000), 2000);
    return () => {
      stop();
      watch.stop();
      clearInterval(timer);
    };
  }, [on, track]);
  return silent.value;
}
