import { signal } from "@preact/signals";

const polite = signal("");
const urgent = signal("");

/** Reads a sentence out to those who use a screen reader. `urgent` interrupts: for a ringing call only. */
export function announce(text: string, now = false): void {
  const region = now ? urgent : polite;
  // The same sentence twice would not be read twice.
  region.value = region.value === text ? `${text}\u00a0` : text;
}

export function Announcer() {
  return (
    <div class="unseen">
      <p aria-live="polite">{polite.value}</p>
      <p aria-live="assertive">{urgent.value}</p>
    </div>
  );
}
