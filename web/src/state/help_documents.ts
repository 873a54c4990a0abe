import { type ReadonlySignal, signal } from "@preact/signals";
import type { Credentials } from "../protocol/credentials";
import { type AnyCode, codeOf } from "../protocol/refusal";
import { newClientId } from "./client_id";
import { kept } from "./kept";

/** A document on its way to the server; once there it is an act of the outbox, and then a line of the talk. */
export interface Parcel {
  readonly key: string;
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  readonly sent: number;
  readonly state: "sending" | "stalled" | "failed";
  /** `interrupted`: the page was closed on it, and its bytes are gone from here. */
  readonly code: AnyCode | "interrupted" | undefined;
}

export interface Documents {
  readonly parcels: ReadonlySignal<readonly Parcel[]>;
  add(files: Iterable<File>): void;
  retry(key: string): void;
  /** Stops the sending, or forgets one that failed. */
  remove(key: string): void;
}

interface Note {
  readonly name: string;
  readonly size: number;
}

/** `attach` is told the client id and the file's id when all bytes have arrived. */
export function openDocuments(
  conversation: string,
  credentials: Credentials,
  attach: (clientId: string, file: string) => void,
): Documents {
  const shelf = `documents:${conversation}`;
  const parcels = signal<readonly Parcel[]>(lostOnes());
  const files = new Map<string, File>();
  const stops = new Map<string, AbortController>();

  /** Sending when the page was closed: their names are kept, so that the person is told. */
  function lostOnes(): Parcel[] {
    const notes = kept.record<Record<string, Note>>(shelf) ?? {};
    return Object.entries(notes).map(([key, note]) => ({
      key,
      name: note?.name ?? "",
      size: note?.size ?? 0,
      sent: 0,
      state: "failed",
      code: "interrupted",
    }));
  }
  function put(next: readonly Parcel[]): void {
    parcels.value = next;
    // What was refused needs no second telling after a reload.
    const leaving = next.filter(({ state, code }) => state !== "failed" || code === "interrupted");
    const notes = Object.fromEntries(leaving.map(({ key, name, size }) => [key, { name, size }]));
    kept.write(shelf, leaving.length > 0 ? JSON.stringify(notes) : "");
  }
  function change(key: string, some: Partial<Parcel>): void {
    put(parcels.value.map((one) => (one.key === key ? { ...one, ...some } : one)));
  }
  function drop(key: string): void {
    files.delete(key);
    stops.delete(key);
    put(parcels.value.filter((one) => one.key !== key));
  }
  async function send(key: string): Promise<void> {
    const file = files.get(key);
    if (!file) return;
    const stop = new AbortController();
    stops.set(key, stop);
    change(key, { state: "sending", code: undefined });
    try {
      const [{ upload }, { authorization }] = await Promise.all([
        import("../protocol/uploads"),
        import("../protocol/credentials"),
      ]);
      const id = await upload(file, file.name, {
        origin: location.origin,
        login: credentials.login,
        clientId: key,
        headers: authorization(credentials),
        onProgress: (sent) => change(key, { sent, state: "sending", code: undefined }),
        onStall: (code) => change(key, { state: "stalled", code }),
        signal: stop.signal,
      });
      drop(key);
      attach(key, id);
    } catch (error) {
      if (!stop.signal.aborted) change(key, { state: "failed", code: codeOf(error) });
    }
  }
  return {
    parcels,
    add: (some) => {
      for (const file of some) {
        const key = newClientId();
        files.set(key, file);
        put([
          ...parcels.value,
          { key, name: file.name, size: file.size, sent: 0, state: "sending", code: undefined },
        ]);
        void send(key);
      }
    },
    retry: (key) => void send(key),
    remove: (key) => {
      const stop = stops.get(key);
      drop(key);
      stop?.abort();
    },
  };
}
