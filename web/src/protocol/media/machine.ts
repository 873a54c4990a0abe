/** The media connection of one call, as a table. */
export type MediaState =
  | "idle"
  /** The offer is at the server. */
  | "joining"
  /** Answered; ICE and DTLS are under way. */
  | "linking"
  | "up"
  /** The path is gone: a new one is looked for with the same keys. */
  | "mending"
  /** A short pause before a fresh connection. */
  | "waiting"
  | "closed";

export type MediaEvent =
  | "start"
  | "joined"
  | "refused"
  | "connected"
  /** Not connected in time: a blocked network leaves a browser "connecting" for ever. */
  | "late"
  | "broken"
  | "retry"
  /** The call has moved to another worker, or the person asked for a fresh connection. */
  | "moved"
  | "close";

export const TABLE: Readonly<Record<MediaState, Partial<Record<MediaEvent, MediaState>>>> = {
  idle: { start: "joining", close: "closed" },
  joining: { joined: "linking", refused: "waiting", late: "waiting", moved: "joining", close: "closed" },
  linking: { connected: "up", late: "mending", broken: "mending", moved: "joining", close: "closed" },
  up: { broken: "mending", moved: "joining", close: "closed" },
  mending: {
    connected: "up",
    refused: "waiting",
    late: "waiting",
    moved: "joining",
    close: "closed",
  },
  waiting: { retry: "joining", connected: "up", moved: "joining", close: "closed" },
  closed: {},
};

/** How long a state may last, in milliseconds, before it is `late`. */
export const DEADLINES: Partial<Record<MediaState, number>> = {
  joining: 15_000,
  linking: 10_000,
  mending: 10_000,
};

/** The state after `event`, or undefined when the event means nothing in this state. */
export function nextMedia(state: MediaState, event: MediaEvent): MediaState | undefined {
  return TABLE[state][event];
}
