/** How the page is connected to the server, as a table. The words for each state are in i18n. */
export type Link =
  /** First attempt under way. */
  | "opening"
  /** A WebSocket is open. */
  | "live"
  /** WebSockets are blocked here; plain HTTP works. */
  | "http"
  /** Neither works at present; attempts go on for ever. */
  | "lost"
  /** The login ended: no more attempts. */
  | "ended";

export type LinkEvent = "socket_opened" | "socket_closed" | "http_answered" | "http_failed" | "login_ended";

export const TABLE: Readonly<Record<Link, Partial<Record<LinkEvent, Link>>>> = {
  opening: { socket_opened: "live", http_answered: "http", http_failed: "lost", login_ended: "ended" },
  live: { socket_closed: "lost", login_ended: "ended" },
  http: { socket_opened: "live", http_failed: "lost", login_ended: "ended" },
  lost: { socket_opened: "live", http_answered: "http", login_ended: "ended" },
  ended: {},
};

/** The state after `event`; an event that the table does not name changes nothing. */
export function nextLink(link: Link, event: LinkEvent): Link {
  return TABLE[link][event] ?? link;
}
