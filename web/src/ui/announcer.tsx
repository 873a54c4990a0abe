import { signal } from "@preact/signals";

/** Long enough to be read out; after that, what somebody wrote does not stay on the page unseen. */
const KEPT_MS = 5_000;

const polite = signal("");
const urgent = signal("");
const timers = new Map<typeof polite, ReturnType<typeof setTimeout>>();

/** Reads a sentence out to those who use a screen reader. `urgent` interrupts: for a ringing call only. */
export function announce(text: string, now = false): void {
  const region = now ? urgent : polite;
  // The same sentence twice would not be read twice.
  region.value = region.value === text ? `${text}\u00a0` : text;
  clearTimeout(timers.get(region));
  timers.set(
    region,
    setTimeout(() => (region.value = ""), KEPT_MS),
  );
}

export function Announcer() {
  return (
    <div class="unseen">
      <p aria-live="polite">{polite.value}</p>
      <p aria-live="assertive">{urgent.value}</p>
    </div>
  );
}
