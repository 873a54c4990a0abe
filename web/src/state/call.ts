import { computed, effect, type ReadonlySignal, signal } from "@preact/signals";
import { systemClock } from "../protocol/clock";
import type { Browser } from "../protocol/media/leg";
import { UNKNOWN } from "../protocol/media/quality";
import type { Source } from "../protocol/media/sections";
import { type Expected, type MediaNow, MediaSession } from "../protocol/media/session";
import { seatsOf } from "../protocol/media/slots";
import type { CallView, Party } from "../wire/messages.gen";
import type { Devices } from "./devices";
import type { Session } from "./session";

const NOTHING: MediaNow = { state: "idle", failures: 0, tracks: new Map(), network: UNKNOWN };
/** From these states on the person's own sound and picture flow. */
const TOGETHER: ReadonlySet<string> = new Set(["accepted", "connecting", "live", "interrupted"]);

/** The call in which this person is, or for which she waits. */
export interface Call {
  readonly id: string;
  readonly view: ReadonlySignal<CallView | undefined>;
  readonly media: ReadonlySignal<MediaNow>;
  readonly other: ReadonlySignal<Party | undefined>;
  /** The other person's track of that source, as the call's view places it. */
  readonly track: Readonly<Record<Source, ReadonlySignal<MediaStreamTrack | undefined>>>;
  readonly microphoneOn: ReadonlySignal<boolean>;
  readonly cameraOn: ReadonlySignal<boolean>;
  /** Another page of this person, here or on another device, carries the call. */
  readonly elsewhere: ReadonlySignal<boolean>;
  setMicrophone(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  restart(): void;
  takeHere(): void;
  hangUp(): Promise<void>;
  /** Stops the media at once; the view stays readable for `lingerMs`, so that how it ended can be told. */
  leave(lingerMs: number): void;
}

const browser: Browser = {
  makePeer: () => new RTCPeerConnection({ bundlePolicy: "max-bundle", iceServers: [] }),
  makeStream: () => new MediaStream(),
  codecs: (kind) => RTCRtpReceiver.getCapabilities(kind)?.codecs ?? [],
};

export function otherOf(view: CallView): Party | undefined {
  return view.me === "caller" ? view.callee : view.caller;
}

/** What the other person sends, as far as the server knows. */
export function expectedOf(view: CallView): Expected {
  const party = otherOf(view);
  const flowing = view.state === "live" || view.state === "connecting";
  return {
    epoch: view.epoch,
    join: view.join,
    together: TOGETHER.has(view.state),
    sound: flowing && (party?.microphone ?? false),
    picture: flowing && (party?.camera ?? false),
  };
}

/** Follows one call: its view, its media, what this person sends. */
export function openCall(session: Session, devices: Devices, id: string, withCamera: boolean): Call {
  const view = signal<CallView | undefined>(undefined);
  const media = signal<MediaNow>(NOTHING);
  const microphoneOn = signal(true);
  const cameraOn = signal(withCamera);
  const elsewhere = signal(false);
  const together = computed(() => TOGETHER.has(view.value?.state ?? ""));
  const other = computed(() => view.value && otherOf(view.value));
  const seats = computed(() =>
    view.value && other.value ? seatsOf(view.value.slots, other.value.peer) : {},
  );
  const trackOf = (source: Source): ReadonlySignal<MediaStreamTrack | undefined> =>
    computed(() => media.value.tracks.get(seats.value[source] ?? ""));
  let mediaSession: MediaSession | undefined;
  let giveUpSeat = (): void => undefined;

  function connect(): void {
    mediaSession = new MediaSession(id, {
      clock: systemClock,
      random: Math.random,
      browser,
      send: (command) => session.send(command),
      changed: (now) => {
        media.value = now;
      },
      elsewhere: () => {
        giveUpSeat();
        disconnect();
        elsewhere.value = true;
      },
    });
    mediaSession.start();
    seated.value = true;
  }

  function disconnect(): void {
    seated.value = false;
    mediaSession?.close();
    mediaSession = undefined;
    media.value = NOTHING;
  }

  const seated = signal(false);
  session.feeds.openView(`call:${id}`, {
    data: (data) => {
      view.value = data as CallView;
    },
    ended: () => disconnect(),
  });
  const stops = [
    effect(() => {
      if (!seated.value) return;
      const flowing = together.value;
      mediaSession?.setTracks({
        microphone: (flowing && microphoneOn.value && devices.track.microphone.value) || null,
        camera: (flowing && cameraOn.value && devices.track.camera.value) || null,
      });
    }),
    effect(() => {
      const now = view.value;
      if (!seated.value || !now) return;
      mediaSession?.expect(expectedOf(now));
      if (now.state === "ended") disconnect();
    }),
    effect(() => {
      if (!seated.value || !together.value || session.link.value === "lost") return;
      const microphone = microphoneOn.value && devices.track.microphone.value !== undefined;
      const camera = cameraOn.value && devices.track.camera.value !== undefined;
      session.send({ type: "call.set_media", call: id, microphone, camera }).catch(() => undefined);
    }),
  ];

  /** One tab at a time carries a call: two would take it from each other for ever. */
  function takeSeat(steal: boolean): void {
    elsewhere.value = false;
    giveUpSeat = holdSeat(
      `call:${session.login}:${id}`,
      steal,
      () => connect(),
      () => {
        disconnect();
        elsewhere.value = true;
      },
    );
  }

  takeSeat(false);
  return {
    id,
    view,
    media,
    other,
    track: { microphone: trackOf("microphone"), camera: trackOf("camera"), screen: trackOf("screen") },
    microphoneOn,
    cameraOn,
    elsewhere,
    setMicrophone: async (on) => {
      microphoneOn.value = on;
      if (on) await devices.open("microphone");
    },
    setCamera: async (on) => {
      cameraOn.value = on;
      if (on) await devices.open("camera");
      else devices.close("camera");
    },
    restart: () => mediaSession?.again(),
    takeHere: () => takeSeat(true),
    hangUp: async () => {
      await session.send({ type: "call.hang_up", call: id });
    },
    leave: (lingerMs) => {
      for (const stop of stops) stop();
      disconnect();
      giveUpSeat();
      systemClock.after(lingerMs, () => session.feeds.closeView(`call:${id}`));
    },
  };
}

/** Holds the browser's lock `name`; `lost` when another tab has it or takes it. Without locks: always held. */
function holdSeat(name: string, steal: boolean, held: () => void, lost: () => void): () => void {
  let release = (): void => undefined;
  if (!("locks" in navigator)) {
    held();
    return release;
  }
  const until = new Promise<void>((resolve) => {
    release = resolve;
  });
  navigator.locks
    .request(name, steal ? { steal: true } : { ifAvailable: true }, (lock) => {
      if (!lock) {
        lost();
        return undefined;
      }
      held();
      return until;
    })
    .catch(() => lost());
  return () => release();
}
