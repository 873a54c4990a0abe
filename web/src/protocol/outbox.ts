import type { ClientCommand } from "../wire/messages.gen";
import { backoff } from "./backoff";
import type { Clock } from "./clock";
import { type AnyCode, codeOf, passes } from "./refusal";

/** One act that must reach the server, also after a reload. */
export interface Entry {
  /** The client id of the act: repeats get the first answer. */
  readonly id: string;
  /** Entries of one lane are sent one after the other, in this order. */
  readonly lane: string;
  readonly command: ClientCommand;
  readonly at: number;
  readonly state: "waiting" | "sending" | "sent" | "failed";
  /** Why it failed. */
  readonly code?: AnyCode;
}

/** Where entries outlive the page. */
export interface Shelf {
  load(): Entry[];
  put(entry: Entry): void;
  remove(id: string): void;
}

export interface OutboxParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly shelf: Shelf;
  readonly send: (command: ClientCommand) => Promise<unknown>;
  /** Called after each change with all entries in order. */
  readonly changed: (entries: readonly Entry[]) => void;
}

/** Nothing written disappears: entries wait, are sent one at a time per lane, and fail only with a reason. */
export class Outbox {
  private readonly entries = new Map<string, Entry>();
  private attempt = 0;
  private stopRetry = (): void => undefined;

  constructor(private readonly parts: OutboxParts) {
    const saved = parts.shelf.load().sort((a, b) => a.at - b.at);
    for (const entry of saved) {
      this.entries.set(entry.id, entry.state === "failed" ? entry : { ...entry, state: "waiting" });
    }
  }

  list(): readonly Entry[] {
    return [...this.entries.values()];
  }

  /** Takes an act over; `id` is its client id. */
  add(id: string, lane: string, command: ClientCommand): void {
    this.put({ id, lane, command, at: this.parts.clock.now(), state: "waiting" });
    this.kick();
  }

  /** Tries a failed act once more. */
  retry(id: string): void {
    const entry = this.entries.get(id);
    if (entry?.state !== "failed") return;
    this.put({ id: entry.id, lane: entry.lane, command: entry.command, at: entry.at, state: "waiting" });
    this.kick();
  }

  /** Forgets an act: it is seen in its log, or its author gave it up. */
  remove(id: string): void {
    if (!this.entries.delete(id)) return;
    this.parts.shelf.remove(id);
    this.parts.changed(this.list());
    this.kick();
  }

  /** Sends what waits; called when the server can be reached. */
  kick(): void {
    this.stopRetry();
    const busy = new Set<string>();
    for (const entry of this.entries.values()) {
      if (entry.state === "sent" || entry.state === "failed" || busy.has(entry.lane)) continue;
      busy.add(entry.lane);
      if (entry.state === "waiting") void this.deliver(entry);
    }
  }

  private async deliver(entry: Entry): Promise<void> {
    this.put({ ...entry, state: "sending" });
    try {
      await this.parts.send(entry.command);
      this.attempt = 0;
      this.settle(entry, "sent");
      this.kick();
    } catch (error) {
      const code = codeOf(error);
      if (passes(code)) {
        this.later(entry);
        return;
      }
      // What comes after it in the lane does not wait for what the person decides.
      this.settle(entry, "failed", code);
      this.kick();
    }
  }

  private later(entry: Entry): void {
    this.settle(entry, "waiting");
    this.stopRetry();
    this.stopRetry = this.parts.clock.after(backoff(this.attempt, this.parts.random), () => this.kick());
    this.attempt += 1;
  }

  private settle(entry: Entry, state: Entry["state"], code?: AnyCode): void {
    // It may have been removed meanwhile: seen in its log before the acknowledgement came.
    if (this.entries.has(entry.id)) this.put({ ...entry, state, ...(code && { code }) });
  }

  private put(entry: Entry): void {
    this.entries.set(entry.id, entry);
    if (entry.state === "sent") this.parts.shelf.remove(entry.id);
    else this.parts.shelf.put(entry);
    this.parts.changed(this.list());
  }
}
