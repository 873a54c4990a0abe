import type { CallView, Slot } from "../../wire/messages.gen";

/** True when the frame with RTP timestamp `shown` is not before `from` (32 bits, RFC 3550 section 5.1). */
export function reached(shown: number, from: number): boolean {
  return (shown - from) >>> 0 < 2 ** 31;
}

/** The sections that hold the other person's sources at present. */
export interface Seats {
  readonly microphone?: string;
  readonly camera?: string;
  readonly screen?: string;
}

/** Which mid carries what of the person `peer`. */
export function seatsOf(slots: Readonly<Record<string, Slot>>, peer: string): Seats {
  const seats: { microphone?: string; camera?: string; screen?: string } = {};
  for (const [mid, slot] of Object.entries(slots)) {
    if (slot.peer !== peer) continue;
    if (slot.source === "microphone" || slot.source === "camera" || slot.source === "screen") {
      seats[slot.source] = mid;
    }
  }
  return seats;
}

/**
 * The name to show on the picture in `mid`, or empty: a name is never on another's face.
 *
 * `shown` is the RTP timestamp of the frame on screen, undefined where the browser does not tell it; then the name
 * comes with the first frame that plays.
 */
export function nameAt(view: CallView, mid: string, shown: number | undefined): string {
  const slot = view.slots[mid];
  if (!slot) return "";
  if (shown !== undefined && !reached(shown, slot.timestamp)) return "";
  if (slot.peer === view.caller.peer) return view.caller.name;
  return view.callee && slot.peer === view.callee.peer ? view.callee.name : "";
}
