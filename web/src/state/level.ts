import { type ReadonlySignal, signal } from "@preact/signals";

const PERIOD_MS = 80;

let shared: AudioContext | undefined;

/** The page's only AudioContext; made at the first need. iOS says `interrupted` after a call, so it is always resumed. */
export function audio(): AudioContext {
  shared ??= new AudioContext();
  if (shared.state !== "running") void shared.resume().catch(() => undefined);
  return shared;
}

/**
 * How loud a track is, 0 to 1, as long as `stop` was not called.
 *
 * Undefined while the browser keeps the AudioContext quiet, as it does before the first gesture: nothing is known then.
 */
export function watchLevel(track: MediaStreamTrack): {
  level: ReadonlySignal<number | undefined>;
  stop: () => void;
} {
  const level = signal<number | undefined>(undefined);
  const context = audio();
  const source = context.createMediaStreamSource(new MediaStream([track]));
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    level.value = context.state === "running" ? loudness(samples) : undefined;
  }, PERIOD_MS);
  return {
    level,
    stop: () => {
      clearInterval(timer);
      source.disconnect();
    },
  };
}

/** Root mean square in decibels, -60 dB to 0 dB spread over 0 to 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / samples.length + 1e-9);
  return Math.max(0, Math.min(1, (decibels + 60) / 60));
}

/** A soft chord, `at` seconds from now; the device check and the ringing use it. */
export function chime(notes: readonly number[], at = 0): void {
  const context = audio();
  notes.forEach((frequency, index) => {
    const start = context.currentTime + at + index * 0.22;
    const oscillator = context.createOscillator();
    const gain = context.createGain();
    oscillator.frequency.value = frequency;
    oscillator.type = "sine";
    gain.gain.setValueAtTime(0, start);
    gain.gain.linearRampToValueAtTime(0.16, start + 0.04);
    gain.gain.exponentialRampToValueAtTime(0.001, start + 0.9);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start);
    oscillator.stop(start + 1);
  });
}
