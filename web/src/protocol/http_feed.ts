import type { Feed, ServerMessage } from "../wire/messages.gen";
import { backoff } from "./backoff";
import type { HttpCalls } from "./channel";
import type { Clock } from "./clock";
import { type AnyCode, codeOf } from "./refusal";

const WAIT_S = 20;
const GRACE_MS = 8_000;

export interface HttpFeedParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly calls: HttpCalls;
  readonly held: () => Feed;
  readonly receive: (message: ServerMessage) => void;
  readonly answered: (now: number) => void;
  readonly failed: (code: AnyCode) => void;
}

/** Asks for what is newer, again and again, while WebSockets are blocked. */
export class HttpFeed {
  private running = false;
  private attempt = 0;
  private current: AbortController | undefined;
  private stopPause = (): void => undefined;
  /** The first request of a run is answered at once, so that the page knows that this path works. */
  private first = true;

  constructor(private readonly parts: HttpFeedParts) {}

  start(): void {
    if (this.running) return;
    this.running = true;
    this.first = true;
    void this.ask();
  }

  stop(): void {
    this.running = false;
    this.stopPause();
    this.current?.abort();
    this.current = undefined;
  }

  /** What is held has changed, or there is reason to look now. */
  poke(): void {
    if (!this.running) return;
    this.stopPause();
    this.current?.abort();
    void this.ask();
  }

  private async ask(): Promise<void> {
    const own = new AbortController();
    this.current = own;
    const wait = this.first ? 0 : WAIT_S;
    try {
      const answer = await this.parts.calls.feed(
        { ...this.parts.held(), wait },
        wait * 1000 + GRACE_MS,
        own.signal,
      );
      if (this.current !== own) return;
      this.first = false;
      this.attempt = 0;
      this.parts.answered(answer.now);
      for (const message of answer.messages) this.parts.receive(message);
      this.again(0);
    } catch (error) {
      if (this.current !== own) return;
      this.first = true;
      this.parts.failed(codeOf(error));
      this.again(backoff(this.attempt, this.parts.random));
      this.attempt += 1;
    }
  }

  private again(pauseMs: number): void {
    if (!this.running) return;
    this.stopPause = this.parts.clock.after(pauseMs, () => void this.ask());
  }
}
