import type { Answer, ClientCommand, Feed, FeedAnswer, ServerMessage } from "../wire/messages.gen";
import type { AnyCode } from "./refusal";

/** What a connection tells of itself. */
export interface ChannelEvents {
  opened(): void;
  /** Could not be opened, or was open and is gone. `code` when the server refused the login. */
  closed(code?: AnyCode): void;
  message(message: ServerMessage): void;
}

/** One WebSocket at a time; opening again replaces the former one. */
export interface Channel {
  open(): void;
  /** Rejects with `Refusal("offline" | "timeout")` when no answer came. */
  send(command: ClientCommand, timeoutMs: number): Promise<Answer>;
  close(): void;
}

/** The stateless calls of section 4 of the protocol. Reject with `Refusal` when no answer came. */
export interface HttpCalls {
  command(command: ClientCommand, timeoutMs: number): Promise<Answer>;
  feed(feed: Feed, timeoutMs: number, signal: AbortSignal): Promise<FeedAnswer>;
}
