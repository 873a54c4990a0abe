import { encode } from "notepack.io";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { codeOf } from "../../src/protocol/refusal";
import { type Uploading, upload } from "../../src/protocol/uploads";

// Under Node the library takes Buffers, not what `fetch` gives.
vi.mock("notepack.io", () => ({
  encode: (value: unknown) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (bytes: ArrayBuffer): unknown => JSON.parse(new TextDecoder().decode(bytes)),
}));

const PIECE = 262_144;
const ID = "0123456789abcdef0123456789abcdef";
type Fault = "none" | "offline" | "lost answer" | "half" | 503 | 429;

/** Keeps what a tus server keeps; each request may meet a fault. */
class Server {
  bytes = new Uint8Array();
  requests: string[] = [];
  faults: Fault[] = [];
  refuse = "";
  clients = new Set<string>();
  headers = new Headers();

  fetch(url: string, init: RequestInit): Promise<Response> {
    return new Promise((answer) => answer(this.handle(url, init)));
  }

  private handle(url: string, init: RequestInit): Response {
    const method = init.method ?? "";
    this.requests.push(method);
    init.signal?.throwIfAborted();
    const fault = this.faults.shift() ?? "none";
    if (fault === "offline") throw new TypeError("network");
    if (typeof fault === "number") return new Response("<html>proxy</html>", { status: fault });
    this.headers = new Headers(init.headers);
    const answer = this.answer(
      url,
      method,
      (init.body as ArrayBuffer | undefined) ?? new ArrayBuffer(0),
      fault,
    );
    if (fault === "lost answer" || fault === "half") throw new TypeError("network");
    return answer;
  }

  keep(more: Uint8Array): void {
    this.bytes = Uint8Array.from([...this.bytes, ...more]);
  }

  private answer(url: string, method: string, body: ArrayBuffer, fault: Fault): Response {
    const offset = (): Record<string, string> => ({ "Upload-Offset": `${this.bytes.length}` });
    if (method === "POST") {
      this.clients.add(this.headers.get("Upload-Metadata") ?? "");
      return new Response(null, { status: 201, headers: { Location: `/api/x/uploads/${ID}`, ...offset() } });
    }
    expect(url.endsWith(`/uploads/${ID}`)).toBe(true);
    if (method !== "PATCH") return new Response(null, { status: 200, headers: offset() });
    if (Number(this.headers.get("Upload-Offset")) !== this.bytes.length) {
      return refused("conflict", 409);
    }
    const taken = fault === "half" ? Math.floor(body.byteLength / 2 / PIECE) * PIECE : body.byteLength;
    this.keep(new Uint8Array(body, 0, taken));
    if (this.refuse) return refused(this.refuse, 415);
    return new Response(null, { status: 204, headers: offset() });
  }
}

function refused(code: string, status: number): Response {
  return new Response(encode({ error: { code, text: "" } }), { status });
}

let server: Server;
let stalls: string[];
let progress: number[];
let waits: number;
const data = Uint8Array.from({ length: 5 * PIECE + 77 }, (_, n) => (n * 31 + (n >> 8)) % 251);
const file = new Blob([data]);

function uploading(more: Partial<Uploading> = {}): Uploading {
  return {
    origin: "http://desk",
    login: "ines",
    clientId: "client-1",
    onProgress: (sent) => progress.push(sent),
    onStall: (code) => stalls.push(code),
    wait: () => {
      waits += 1;
      return waits < 30 ? Promise.resolve() : Promise.reject(new Error("it goes on for ever"));
    },
    ...more,
  };
}

async function codeOfUpload(more: Partial<Uploading> = {}, sent = file): Promise<string> {
  return upload(sent, "avis.pdf", uploading(more)).then(
    () => "",
    (error: unknown) => codeOf(error),
  );
}

beforeEach(() => {
  server = new Server();
  stalls = [];
  progress = [];
  waits = 0;
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => server.fetch(url, init));
});
afterEach(() => vi.unstubAllGlobals());

function arrived(): boolean {
  return server.bytes.length === data.length && server.bytes.every((byte, n) => byte === data[n]);
}

test("a document arrives in growing pieces and its progress is told", async () => {
  expect(await upload(file, "avis d’impôt.pdf", uploading({ headers: { Authorization: "Bearer s" } }))).toBe(
    ID,
  );
  expect(arrived()).toBe(true);
  expect(progress).toEqual([PIECE, 3 * PIECE, data.length]);
  expect(server.requests).toEqual(["POST", "PATCH", "PATCH", "PATCH"]);
  expect(server.headers.get("Authorization")).toBe("Bearer s");
  expect(server.headers.get("Tus-Resumable")).toBe("1.0.0");
  const [filename] = [...server.clients].map((line) => line.split(",")[0]?.split(" ")[1] ?? "");
  expect(new TextDecoder().decode(Uint8Array.from(atob(filename ?? ""), (c) => c.charCodeAt(0)))).toBe(
    "avis d’impôt.pdf",
  );
});

test.each<[string, Fault[]]>([
  ["no network at first", ["offline", "offline", "offline"]],
  ["the answer to the first request lost", ["lost answer"]],
  ["a break in the middle of a piece", ["none", "none", "half", "offline"]],
  ["an answer lost after its piece was kept", ["none", "lost answer"]],
  ["the last answer lost", ["none", "none", "none", "lost answer"]],
  ["a proxy's own answers", [503, "none", 503, "none", 429]],
  ["everything at once", ["offline", "none", "half", 503, "none", "lost answer", "offline", "none", "half"]],
])("it goes on after %s", async (_, faults) => {
  server.faults = [...faults];
  expect(await upload(file, "avis.pdf", uploading())).toBe(ID);
  expect(arrived()).toBe(true);
  expect(server.clients.size).toBe(1);
  expect(stalls.length).toBe(faults.filter((fault) => fault !== "none").length);
  expect(waits).toBe(stalls.length);
});

test("after a reload it goes on where it was", async () => {
  server.keep(data.slice(0, 2 * PIECE));
  expect(await upload(file, "avis.pdf", uploading())).toBe(ID);
  expect(arrived()).toBe(true);
  expect(progress[0]).toBe(3 * PIECE);
});

test("what was complete before is asked for its outcome only", async () => {
  server.keep(data);
  expect(await upload(file, "avis.pdf", uploading())).toBe(ID);
  expect(server.requests).toEqual(["POST", "PATCH"]);
  expect(arrived()).toBe(true);
});

test("when another page has sent a piece meanwhile it goes on after it, and nobody hears of it", async () => {
  let first = true;
  const more = {
    onProgress: () => {
      if (first) server.keep(data.slice(PIECE, 2 * PIECE));
      first = false;
    },
  };
  expect(await codeOfUpload(more)).toBe("");
  expect(arrived()).toBe(true);
  expect(stalls).toEqual([]);
});

test("a refusal of the server ends it", async () => {
  server.refuse = "bad_file";
  expect(await codeOfUpload()).toBe("bad_file");
  expect(waits).toBe(0);
});

test("a file that cannot be read any more ends it", async () => {
  const gone = new Blob([data]);
  gone.slice = () =>
    ({ arrayBuffer: () => Promise.reject(new Error("NotReadableError")) }) as unknown as Blob;
  expect(await codeOfUpload({}, gone)).toBe("bad_file");
});

test("taken back while it runs, the server is told and nothing more is sent", async () => {
  const own = new AbortController();
  const code = await codeOfUpload({ signal: own.signal, onProgress: () => own.abort() });
  expect(code).toBe("aborted");
  expect(server.requests.slice(-1)).toEqual(["DELETE"]);
  expect(server.bytes.length).toBe(PIECE);
});

test("taken back before anything was sent, nothing is", async () => {
  expect(await codeOfUpload({ signal: AbortSignal.abort() })).toBe("aborted");
  expect(server.bytes.length).toBe(0);
});

test("a portal that answers for the server is not taken for it", async () => {
  let portal = 2;
  const real = server.fetch.bind(server);
  server.fetch = (url, init) =>
    portal-- > 0 ? Promise.resolve(new Response("<html>Wi-Fi</html>", { status: 200 })) : real(url, init);
  expect(await upload(file, "avis.pdf", uploading())).toBe(ID);
  expect(arrived()).toBe(true);
  expect(stalls).toEqual(["unavailable", "unavailable"]);
});
