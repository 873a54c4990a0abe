import { type ReadonlySignal, signal } from "@preact/signals";
import { recall, remember } from "./storage";

export type Kind = "microphone" | "camera";
/** Why a device did not start; the page has words and a way out for each. */
export type Trouble = "refused" | "blocked" | "missing" | "in_use" | "insecure" | "unknown";

export interface Device {
  readonly id: string;
  readonly label: string;
}

/** The person's own microphone and camera. Nothing is opened without `open`. */
export interface Devices {
  readonly track: Readonly<Record<Kind, ReadonlySignal<MediaStreamTrack | undefined>>>;
  readonly trouble: Readonly<Record<Kind, ReadonlySignal<Trouble | undefined>>>;
  readonly choices: Readonly<Record<Kind, ReadonlySignal<readonly Device[]>>>;
  /** Opens, or opens again with another device; true when it runs. */
  open(kind: Kind, id?: string): Promise<boolean>;
  close(kind: Kind): void;
  /** The other camera of a phone. */
  flip(): Promise<void>;
}

const BROWSER_KIND = { microphone: "audioinput", camera: "videoinput" } as const;

/** Words of the browser (DOMException names) to ours. `granted` tells a block by the system from a refusal. */
export function troubleOf(name: string, granted: boolean): Trouble {
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return granted ? "blocked" : "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "in_use";
    default:
      return "unknown";
  }
}

function constraintsOf(kind: Kind, id: string, facing: string): MediaStreamConstraints {
  // Never "exact": a remembered device may be gone.
  const device = id ? { deviceId: { ideal: id } } : {};
  if (kind === "microphone") {
    return { audio: { ...device, echoCancellation: true, noiseSuppression: true, autoGainControl: true } };
  }
  const facingMode = id ? {} : { facingMode: { ideal: facing } };
  return {
    video: {
      ...device,
      ...facingMode,
      width: { ideal: 640 },
      height: { ideal: 480 },
      frameRate: { ideal: 25, max: 30 },
    },
  };
}

async function isGranted(kind: Kind): Promise<boolean> {
  try {
    const status = await navigator.permissions.query({ name: kind });
    return status.state === "granted";
  } catch {
    return false;
  }
}

export function createDevices(): Devices {
  const track = {
    microphone: signal<MediaStreamTrack | undefined>(undefined),
    camera: signal<MediaStreamTrack | undefined>(undefined),
  };
  const trouble = {
    microphone: signal<Trouble | undefined>(undefined),
    camera: signal<Trouble | undefined>(undefined),
  };
  const choices = {
    microphone: signal<readonly Device[]>([]),
    camera: signal<readonly Device[]>([]),
  };
  const opening = new Map<Kind, Promise<boolean>>();
  let facing = "user";

  async function list(): Promise<void> {
    const all = await navigator.mediaDevices.enumerateDevices();
    for (const kind of ["microphone", "camera"] as const) {
      choices[kind].value = all
        .filter((one) => one.kind === BROWSER_KIND[kind] && one.deviceId !== "")
        .map((one) => ({ id: one.deviceId, label: one.label }));
    }
  }

  function stop(kind: Kind): void {
    track[kind].value?.stop();
    track[kind].value = undefined;
  }

  async function start(kind: Kind, id: string): Promise<boolean> {
    // Absent on insecure pages, whatever the types say.
    if (!("mediaDevices" in navigator)) {
      trouble[kind].value = "insecure";
      return false;
    }
    try {
      const stream = await navigator.mediaDevices.getUserMedia(constraintsOf(kind, id, facing));
      take(kind, stream.getTracks()[0]);
      await list();
      return true;
    } catch (error) {
      stop(kind);
      trouble[kind].value = troubleOf(error instanceof DOMException ? error.name : "", await isGranted(kind));
      return false;
    }
  }

  function take(kind: Kind, fresh: MediaStreamTrack | undefined): void {
    if (!fresh) return;
    const former = track[kind].value;
    track[kind].value = fresh;
    trouble[kind].value = undefined;
    former?.stop();
    const used = fresh.getSettings().deviceId;
    if (used) remember(`device:${kind}`, used);
    fresh.addEventListener("ended", () => {
      // Unplugged, or taken away by the system: try what is left.
      if (track[kind].value === fresh) void open(kind, "");
    });
  }

  /** One attempt per kind at a time: a second caller waits for the first. */
  function open(kind: Kind, id?: string): Promise<boolean> {
    const running = opening.get(kind);
    if (running && id === undefined) return running;
    if (id === undefined && track[kind].value?.readyState === "live") return Promise.resolve(true);
    const attempt = start(kind, id ?? recall(`device:${kind}`)).finally(() => {
      if (opening.get(kind) === attempt) opening.delete(kind);
    });
    opening.set(kind, attempt);
    return attempt;
  }

  if ("mediaDevices" in navigator) {
    navigator.mediaDevices.addEventListener("devicechange", () => void list());
  }
  return {
    track,
    trouble,
    choices,
    open,
    close: stop,
    flip: async () => {
      facing = facing === "user" ? "environment" : "user";
      stop("camera");
      await open("camera", "");
    },
  };
}
