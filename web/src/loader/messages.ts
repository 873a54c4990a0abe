/**
 * What the host page's loader and the help in its frame say to each other, by postMessage.
 *
 * Each side takes a message only from the window and the origin it knows, and only of these shapes. No word of a
 * conversation ever crosses: the host learns that the help was closed, and how many messages are unread.
 */

/** From the host to the frame, when the frame has loaded and at each opening and closing. */
export interface Hello {
  readonly permanence: "hello";
  readonly language: string;
  /** Title and address of the host's page, the address without query and fragment. */
  readonly title: string;
  readonly url: string;
  /** Colours of the host's charter; absent ones stay as they are. */
  readonly accent: string;
  readonly onAccent: string;
}

/** The frame is in sight, or no longer. */
export interface Shown {
  readonly permanence: "shown";
  readonly shown: boolean;
}

export type FromHost = Hello | Shown;

/** Escape was pressed inside. */
export interface Close {
  readonly permanence: "close";
}

export interface Unread {
  readonly permanence: "unread";
  readonly count: number;
}

export type FromFrame = Close | Unread;

const MOST_UNREAD = 999;

/** A message of the frame, or undefined for anything else. */
export function readFromFrame(data: unknown): FromFrame | undefined {
  if (typeof data !== "object" || data === null) return undefined;
  const { permanence, count } = data as { permanence?: unknown; count?: unknown };
  if (permanence === "close") return { permanence };
  const counted = typeof count === "number" && Number.isInteger(count) && count >= 0 && count <= MOST_UNREAD;
  return permanence === "unread" && counted ? { permanence, count } : undefined;
}
