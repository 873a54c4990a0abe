import type { Entry, Shelf } from "../protocol/outbox";
import { forget, recallAll, remember } from "./storage";

function parse(text: string): Entry[] {
  try {
    return [JSON.parse(text) as Entry];
  } catch {
    return [];
  }
}

/** Acts of one login that must outlive the page: one key for each, so that two tabs do not overwrite each other. */
export function shelfOf(login: string): Shelf {
  const prefix = `outbox:${login}:`;
  return {
    load: () => recallAll(prefix).flatMap(parse),
    put: (entry) => remember(prefix + entry.id, JSON.stringify(entry)),
    remove: (id) => forget(prefix + id),
  };
}
