import type { AnswerOf, ClientCommand, ServerMessage } from "../wire/messages.gen";
import { backoff } from "./backoff";
import type { Channel, ChannelEvents, HttpCalls } from "./channel";
import type { Clock } from "./clock";
import type { Feeds } from "./feeds";
import { HttpFeed } from "./http_feed";
import { type Link, type LinkEvent, nextLink } from "./link";
import { type AnyCode, codeOf, Refusal, unwrap } from "./refusal";

const HTTP_AFTER_MS = 6_000;
const ANSWER_MS = 10_000;
const SILENCE_MS = 50_000;
const RETRY_WHILE_HTTP_MS = 30_000;
const RATE_PAUSE_MS = 1_000;
const RATE_TURNS = 5;

/** What a connection needs from outside. */
export interface ConnectionParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly channel: (events: ChannelEvents) => Channel;
  readonly http: HttpCalls;
  readonly feeds: Feeds;
  readonly onLink: (link: Link) => void;
  /** The server can be reached again: what waits may be sent. */
  readonly onReachable: () => void;
  /** The server's clock, Unix seconds. */
  readonly onTime: (now: number) => void;
}

/** Keeps one login connected for ever: WebSocket first, plain HTTP where it is blocked, back when it can. */
export class Connection {
  link: Link = "opening";
  private readonly channel: Channel;
  private readonly http: HttpFeed;
  private attempt = 0;
  private visible = true;
  private stopRetry = (): void => undefined;
  private stopHttpWait = (): void => undefined;
  private stopSilence = (): void => undefined;

  constructor(private readonly parts: ConnectionParts) {
    this.channel = parts.channel({
      opened: () => this.socketOpened(),
      closed: (code) => this.socketClosed(code),
      message: (message) => this.receive(message),
    });
    this.http = new HttpFeed({
      clock: parts.clock,
      random: parts.random,
      calls: parts.http,
      held: () => ({ ...parts.feeds.held(), visible: this.visible }),
      receive: (message) => this.receive(message),
      answered: (now) => this.httpAnswered(now),
      failed: (code) => this.httpFailed(code),
    });
    parts.feeds.attach(
      (command) => this.ask(command),
      () => this.http.poke(),
    );
  }

  /** Opens, and keeps open until `stop`. */
  start(): void {
    this.channel.open();
    this.waitForHttp();
  }

  /** Closes everything; nothing is tried again. */
  stop(): void {
    this.move("login_ended");
    this.stopRetry();
    this.stopHttpWait();
    this.stopSilence();
    this.http.stop();
    this.channel.close();
  }

  /** The browser says that something changed (online, shown again, back from its cache): find out now. */
  nudge(): void {
    if (this.link === "ended") return;
    if (this.link === "live") {
      this.parts.feeds.resync();
      return;
    }
    this.attempt = 0;
    this.tryAgain();
    this.http.poke();
  }

  /** Tells others whether the page is in sight. */
  setVisible(visible: boolean): void {
    this.visible = visible;
    if (this.link === "live") void this.send({ type: "presence.set", visible }).catch(() => undefined);
    else this.http.poke();
  }

  /** Sends a command by whatever path works; rejects with `Refusal`. */
  async send<C extends ClientCommand>(command: C, timeoutMs = ANSWER_MS): Promise<AnswerOf[C["type"]]> {
    if (this.link !== "live" && this.link !== "http") throw new Refusal("offline");
    const path = this.link === "live" ? this.channel : this.parts.http;
    const answer =
      "send" in path ? await path.send(command, timeoutMs) : await path.command(command, timeoutMs);
    return unwrap(answer) as AnswerOf[C["type"]];
  }

  /** Opens a feed. All that is open is asked for at once after a cut: what passes the server's rate waits its turn. */
  private async ask(command: ClientCommand, turns = RATE_TURNS): Promise<unknown> {
    // Over HTTP what is open travels with each feed request.
    if (this.link !== "live") return undefined;
    try {
      return await this.send(command);
    } catch (error) {
      if (codeOf(error) !== "too_many" || turns === 0) throw error;
    }
    await new Promise<void>((resolve) => this.parts.clock.after(RATE_PAUSE_MS, resolve));
    return this.ask(command, turns - 1);
  }

  private receive(message: ServerMessage): void {
    this.watchSilence();
    if (message.type === "heartbeat") this.parts.onTime(message.now);
    if (message.type === "login.ended") this.stop();
    else this.parts.feeds.receive(message);
  }

  private socketOpened(): void {
    this.attempt = 0;
    this.stopRetry();
    this.stopHttpWait();
    this.http.stop();
    this.move("socket_opened");
    this.watchSilence();
    this.setVisible(this.visible);
    this.parts.feeds.resync();
    this.parts.onReachable();
  }

  private socketClosed(code?: AnyCode): void {
    if (this.link === "ended") return;
    if (code !== undefined) {
      this.stop();
      return;
    }
    this.stopSilence();
    const wasLive = this.link === "live";
    this.move("socket_closed");
    if (wasLive) this.waitForHttp();
    const pause = this.link === "http" ? RETRY_WHILE_HTTP_MS : backoff(this.attempt, this.parts.random);
    this.attempt += 1;
    this.stopRetry();
    this.stopRetry = this.parts.clock.after(pause, () => this.channel.open());
  }

  private tryAgain(): void {
    this.stopRetry();
    this.channel.open();
  }

  private waitForHttp(): void {
    this.stopHttpWait();
    this.stopHttpWait = this.parts.clock.after(HTTP_AFTER_MS, () => this.http.start());
  }

  /** A connection on which nothing comes, not even the heartbeat, is dead whatever the browser believes. */
  private watchSilence(): void {
    this.stopSilence();
    if (this.link !== "live") return;
    this.stopSilence = this.parts.clock.after(SILENCE_MS, () => {
      this.channel.close();
      this.socketClosed();
    });
  }

  private httpAnswered(now: number): void {
    this.parts.onTime(now);
    const before = this.link;
    this.move("http_answered");
    if (before !== this.link) this.parts.onReachable();
  }

  private httpFailed(code: AnyCode): void {
    if (code === "not_signed_in" || code === "bad_link") this.stop();
    else this.move("http_failed");
  }

  private move(event: LinkEvent): void {
    const next = nextLink(this.link, event);
    if (next === this.link) return;
    this.link = next;
    this.parts.onLink(next);
  }
}
