import type { AnswerOf, ClientCommand } from "../../wire/messages.gen";
import { backoff } from "../backoff";
import type { Clock } from "../clock";
import { type AnyCode, codeOf } from "../refusal";
import { type Browser, Leg, type LegEvents, type Tracks } from "./leg";
import { DEADLINES, type MediaEvent, type MediaState, nextMedia } from "./machine";
import { Judge, look, type Network, UNKNOWN } from "./quality";

const LOOK_MS = 2_000;
const SILENT_MS = 6_000;
/** "disconnected" often mends itself; "failed" does not. */
const PATIENCE_MS = 3_000;

export interface MediaParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly browser: Browser;
  readonly send: <C extends ClientCommand>(command: C) => Promise<AnswerOf[C["type"]]>;
  readonly changed: (media: MediaNow) => void;
  /** Another page of this person has joined: this one is closed and leaves the call to it. */
  readonly elsewhere: () => void;
}

/** What the page shows of the media connection. */
export interface MediaNow {
  readonly state: MediaState;
  /** Attempts that failed since media last flowed: 1 "it takes long", 2 and more: advice. */
  readonly failures: number;
  /** Why the last attempt was refused. */
  readonly code?: AnyCode;
  /** What is received, by mid. */
  readonly tracks: ReadonlyMap<string, MediaStreamTrack>;
  readonly network: Network;
}

/** What the other person sends, from the call's view. */
export interface Expected {
  readonly epoch: number;
  /** Number of this person's join that counts. */
  readonly join: number;
  /** Accepted: what is sent is meant for each other. */
  readonly together: boolean;
  readonly sound: boolean;
  readonly picture: boolean;
}

/** The media of one person in one call: joins, watches, mends, joins again. */
export class MediaSession {
  private state: MediaState = "idle";
  private leg: Leg | undefined;
  private former: Leg | undefined;
  private epoch = 0;
  private joined = 0;
  private failures = 0;
  private code: AnyCode | undefined;
  private own: Tracks = {};
  private tracks = new Map<string, MediaStreamTrack>();
  private judge = new Judge();
  private network: Network = UNKNOWN;
  private expected: Expected = { epoch: 0, join: 0, together: false, sound: false, picture: false };
  private heard = false;
  private readyFor = 0;
  private lostFor = 0;
  private stopDeadline = (): void => undefined;
  private stopLooking = (): void => undefined;
  private stopPatience = (): void => undefined;

  constructor(
    private readonly call: string,
    private readonly parts: MediaParts,
  ) {}

  /** Connects; without tracks this is the prewarmed connection of a pupil who waits. */
  start(): void {
    this.on("start");
  }

  /** What is sent from now on; absent or null is nothing. */
  setTracks(tracks: Tracks): void {
    this.own = tracks;
    void this.leg?.setTracks(tracks).catch(() => this.on("moved"));
  }

  /** News from the call's view. */
  expect(expected: Expected): void {
    this.expected = expected;
    this.catchUp();
    this.tellReady();
  }

  /** The person asks for a fresh connection. */
  again(): void {
    this.on("moved");
  }

  close(): void {
    this.on("close");
  }

  private on(event: MediaEvent): void {
    const next = nextMedia(this.state, event);
    if (next === undefined) return;
    this.state = next;
    this.stopDeadline();
    this.stopPatience();
    if (event === "late" || event === "refused") this.failures += 1;
    this.enter(next);
    const deadline = DEADLINES[next];
    if (deadline !== undefined) this.stopDeadline = this.parts.clock.after(deadline, () => this.on("late"));
    this.tell();
  }

  private enter(state: MediaState): void {
    switch (state) {
      case "joining":
        void this.join();
        break;
      case "mending":
        void this.mend();
        break;
      case "up":
        this.arrived();
        break;
      case "waiting":
        this.stopPatience = this.parts.clock.after(backoff(this.failures, this.parts.random), () =>
          this.on("retry"),
        );
        break;
      case "closed":
        this.end();
        break;
      case "idle":
      case "linking":
        break;
    }
  }

  private async join(): Promise<void> {
    const leg = this.freshLeg();
    try {
      const sdp = await leg.offer();
      const joined = await this.parts.send({ type: "call.join", call: this.call, sdp });
      if (this.leg !== leg) return;
      this.epoch = joined.epoch;
      this.joined = joined.join;
      await leg.answer(joined.sdp);
      await leg.setTracks(this.own);
      this.code = undefined;
      if (this.leg !== leg) return;
      this.on("joined");
      this.noticeConnected(leg);
      this.catchUp();
    } catch (error) {
      if (this.leg === leg) this.refuse(codeOf(error));
    }
  }

  /**
   * A higher epoch than the one I joined with: the call is on another worker. A higher join than mine: another page
   * has it. While my own join is on its way, or was not answered, neither says anything.
   */
  private catchUp(): void {
    if (this.epoch === 0 || this.state === "joining") return;
    if (this.expected.epoch > this.epoch) this.on("moved");
    else if (this.state !== "waiting" && this.state !== "closed" && this.expected.join > this.joined) {
      this.on("close");
      this.parts.elsewhere();
    }
  }

  private async mend(): Promise<void> {
    const leg = this.leg;
    if (!leg) return;
    try {
      const sdp = await leg.restartOffer();
      const answer = await this.parts.send({
        type: "call.restart_ice",
        call: this.call,
        epoch: this.epoch,
        sdp,
      });
      if (this.leg !== leg) return;
      await leg.answer(answer.sdp);
      this.noticeConnected(leg);
    } catch (error) {
      if (this.leg === leg) this.refuse(codeOf(error));
    }
  }

  /** The connection may be quicker than our own steps, or never have been gone: then no event tells. */
  private noticeConnected(leg: Leg): void {
    if (this.leg === leg && leg.peer.connectionState === "connected") this.on("connected");
  }

  private refuse(code: AnyCode): void {
    this.code = code;
    this.on("refused");
  }

  /** The former leg goes on until the new one is connected: make before break. */
  private freshLeg(): Leg {
    const events: LegEvents = {
      connected: () => this.leg === leg && this.on("connected"),
      broken: () => this.leg === leg && this.broke(leg),
      track: (mid, track) => this.leg === leg && this.take(mid, track),
      heard: () => this.leg === leg && this.hear(),
    };
    const leg: Leg = new Leg(this.parts.browser, events, this.parts.clock);
    if (this.former) this.leg?.close();
    else this.former = this.leg;
    this.leg = leg;
    this.heard = false;
    return leg;
  }

  private arrived(): void {
    this.failures = 0;
    this.code = undefined;
    if (this.former) {
      this.former.close();
      this.former = undefined;
    }
    this.judge = new Judge();
    this.lookLater();
    this.tellReady();
  }

  private broke(leg: Leg): void {
    if (leg.peer.connectionState === "failed") {
      this.on("broken");
      return;
    }
    this.stopPatience();
    this.stopPatience = this.parts.clock.after(PATIENCE_MS, () => {
      if (leg.peer.connectionState !== "connected") this.on("broken");
    });
  }

  private take(mid: string, track: MediaStreamTrack): void {
    this.tracks = new Map(this.tracks).set(mid, track);
    this.tell();
  }

  private hear(): void {
    this.heard = true;
    this.tellReady();
  }

  /** Once per epoch. With nothing to hear and see the connection itself is all there can be. */
  private tellReady(): void {
    const nothingToCome = !this.expected.sound && !this.expected.picture;
    const ready = this.expected.together && (this.heard || nothingToCome);
    if (this.state !== "up" || this.readyFor === this.epoch || !ready) return;
    const epoch = this.epoch;
    this.readyFor = epoch;
    this.parts.send({ type: "call.ready", call: this.call, epoch }).catch(() => {
      if (this.readyFor === epoch) this.readyFor = 0;
    });
  }

  private lookLater(): void {
    this.stopLooking();
    this.stopLooking = this.parts.clock.after(LOOK_MS, () => void this.lookNow());
  }

  private async lookNow(): Promise<void> {
    const leg = this.leg;
    if (this.state !== "up" || !leg) return;
    const report = (await leg.peer.getStats()) as unknown as Iterable<readonly [string, unknown]>;
    if (this.leg !== leg) return;
    const due = this.expected.sound || this.expected.picture;
    this.network = this.judge.judge(look(this.parts.clock.now(), report), this.expected.picture, due);
    if (due) this.tellLost();
    this.tellReady();
    this.tell();
    this.lookLater();
  }

  private tellLost(): void {
    if (this.network.silentMs < SILENT_MS || this.lostFor === this.epoch) return;
    this.lostFor = this.epoch;
    this.parts.send({ type: "call.media_lost", call: this.call, epoch: this.epoch }).catch(() => {
      this.lostFor = 0;
    });
  }

  private end(): void {
    this.stopLooking();
    this.former?.close();
    this.leg?.close();
    this.former = undefined;
    this.leg = undefined;
    this.tracks = new Map();
  }

  private tell(): void {
    this.parts.changed({
      state: this.state,
      failures: this.failures,
      ...(this.code && { code: this.code }),
      tracks: this.tracks,
      network: this.network,
    });
  }
}
