import { decode } from "notepack.io";
import type { Answer } from "../wire/messages.gen";
import { backoff } from "./backoff";
import { type AnyCode, codeOf, passes, Refusal } from "./refusal";

/** Bytes that the server keeps at once: less is sent at the end of a file only. */
const PIECE = 262_144;
/** Bytes of one request: more while one is quick, a piece again when it is slow or fails. */
const MOST = 16 * PIECE;
const QUICK_MS = 1_000;
const SLOW_MS = 8_000;
const TIMEOUT_MS = 120_000;
const TUS = { "Tus-Resumable": "1.0.0", Accept: "application/msgpack" };
const CODES: Record<number, AnyCode> = { 401: "not_signed_in", 404: "not_found", 413: "too_large" };

export interface Uploading {
  origin: string;
  login: string;
  /** Made once for a chosen file: with the same one an upload goes on after a reload. */
  clientId: string;
  headers?: Record<string, string>;
  onProgress?: (sent: number, total: number) => void;
  /** Network or server is away; it goes on by itself. */
  onStall?: (code: AnyCode) => void;
  /** Takes the upload back; it rejects with `Refusal("aborted")`. */
  signal?: AbortSignal;
  /** Until the next attempt; may end sooner, for instance when the browser says `online`. */
  wait?: (ms: number) => Promise<void>;
}

/** Sends a document by tus 1.0.0, over breaks of the network, until it is there; the answer is its file id. */
export async function upload(file: Blob, name: string, uploading: Uploading): Promise<string> {
  const { wait = pause, signal } = uploading;
  const way = new Way(file, name, uploading);
  let failures = 0;
  for (;;) {
    try {
      const before = await way.find();
      const offset = await way.append(before); // empty at the end: then it only asks how it ended
      uploading.onProgress?.(offset, file.size);
      if (offset === file.size) return way.id;
      if (offset > before) failures = 0;
    } catch (error) {
      if (signal?.aborted) throw way.takenBack();
      stalled(error, uploading);
      way.forget();
      await wait(backoff(failures++, Math.random));
    }
  }
}

/** Tells what does not last, and throws what does. At a conflict an earlier request was faster: nobody hears of it. */
function stalled(error: unknown, { onStall }: Uploading): void {
  const code = codeOf(error);
  if (code === "conflict") return;
  if (!passes(code)) throw error;
  onStall?.(code);
}

/** The upload on the server: where it is, and how much of it is safe there. */
class Way {
  id = "";
  private offset: number | null = null;
  private size = PIECE;
  private readonly home: string;

  constructor(
    private readonly file: Blob,
    private readonly name: string,
    private readonly uploading: Uploading,
  ) {
    this.home = `${uploading.origin}/api/${uploading.login}/uploads`;
  }

  /** Where the next piece starts. */
  async find(): Promise<number> {
    if (this.id) this.offset ??= offsetOf(await this.ask("HEAD"));
    else {
      const response = await this.ask("POST", {
        "Upload-Length": `${this.file.size}`,
        "Upload-Metadata": `filename ${base64(this.name)},client_id ${base64(this.uploading.clientId)}`,
      });
      this.offset = offsetOf(response);
      this.id = response.headers.get("Location")?.slice(-32) ?? "";
    }
    return this.offset;
  }

  async append(from: number): Promise<number> {
    const piece = await read(this.file.slice(from, from + this.size));
    const headers = { "Content-Type": "application/offset+octet-stream", "Upload-Offset": `${from}` };
    const began = Date.now();
    this.offset = offsetOf(await this.ask("PATCH", headers, piece));
    const took = Date.now() - began;
    if (took < QUICK_MS) this.size = Math.min(MOST, this.size * 2);
    else if (took > SLOW_MS) this.size = PIECE;
    return this.offset;
  }

  /** After a failure nothing is known. */
  forget(): void {
    this.offset = null;
    this.size = PIECE;
  }

  takenBack(): Refusal {
    const { headers } = this.uploading;
    if (this.id) send(`${this.home}/${this.id}`, { method: "DELETE", headers }).catch(() => undefined);
    return new Refusal("aborted");
  }

  private ask(method: string, more?: Record<string, string>, body?: ArrayBuffer): Promise<Response> {
    const { headers, signal } = this.uploading;
    const url = this.id ? `${this.home}/${this.id}` : this.home;
    return send(url, { method, headers: { ...headers, ...more }, body }, signal);
  }
}

interface Request {
  method: string;
  headers: Record<string, string> | undefined;
  body?: ArrayBuffer | undefined;
}

/** One request with its time-out. Rejects with `Refusal`, also for any status but 2xx. */
async function send(
  url: string,
  { method, headers, body }: Request,
  signal?: AbortSignal,
): Promise<Response> {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  const timer = setTimeout(abort, TIMEOUT_MS);
  signal?.addEventListener("abort", abort);
  if (signal?.aborted) abort();
  try {
    const init = { method, headers: { ...TUS, ...headers }, body: body ?? null, signal: stop.signal };
    const response = await fetch(url, { ...init, credentials: "same-origin" });
    if (!response.ok) throw await refusalOf(response);
    return response;
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal("offline");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** What is behind a status: the server's own answer, or that of something on the way to it. */
async function refusalOf(response: Response): Promise<Refusal> {
  try {
    const { error } = decode(await response.arrayBuffer()) as Answer;
    if (error) return new Refusal(error.code, error.text);
  } catch {
    // Not from our server, or to a HEAD, which has no body.
  }
  return new Refusal(CODES[response.status] ?? "unavailable");
}

/** The page of a proxy or of a captive portal says none. */
function offsetOf(response: Response): number {
  const text = response.headers.get("Upload-Offset");
  if (!text) throw new Refusal("unavailable");
  return Number(text);
}

/** Files that were moved or deleted since they were chosen cannot be read any more. */
async function read(part: Blob): Promise<ArrayBuffer> {
  try {
    return await part.arrayBuffer();
  } catch {
    throw new Refusal("bad_file");
  }
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

function pause(ms: number): Promise<void> {
  return new Promise((go) => setTimeout(go, ms));
}
