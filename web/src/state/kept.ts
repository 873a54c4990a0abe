import { forget, forgetAll, recall, remember } from "./storage";

/** What belongs to the help on this device; `wipe` leaves nothing of it. */
const PREFIX = "help:";

export const kept = {
  read: (key: string): string => recall(PREFIX + key),
  write: (key: string, value: string): void => {
    if (value) remember(PREFIX + key, value);
    else forget(PREFIX + key);
  },
  /** A record that was written as JSON; undefined for none, or for what is none. */
  record: <T extends object>(key: string): Partial<T> | undefined => {
    try {
      const found: unknown = JSON.parse(recall(PREFIX + key) || "null");
      return typeof found === "object" && found !== null ? found : undefined;
    } catch {
      return undefined;
    }
  },
  /** All that this login, or nobody yet, has left here: what was being written, what waits to be sent, the secret. */
  wipe: (login: string): void => {
    forgetAll(PREFIX);
    if (login) forgetAll(`outbox:${login}:`);
  },
};
