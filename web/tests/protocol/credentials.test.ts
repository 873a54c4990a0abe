import { encode } from "notepack.io";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { authorization, fetchFile } from "../../src/protocol/credentials";
import { httpCalls, post } from "../../src/protocol/http_calls";
import { sendPhoto } from "../../src/protocol/photos";

// Under Node the library takes Buffers, not what `fetch` gives.
vi.mock("notepack.io", () => ({
  encode: (value: unknown) => new TextEncoder().encode(JSON.stringify(value)),
  decode: (bytes: ArrayBuffer): unknown => JSON.parse(new TextDecoder().decode(bytes)),
}));

const origin = "https://aide.example";
const byCookie = { login: "handle" };
const bySecret = { login: "handle", secret: "a-secret" };

let seen: { url: string; authorization: string | null }[];
let answer: () => Response;

function packed(body: unknown, status = 200): Response {
  return new Response(encode(body), { status, headers: { "Content-Type": "application/msgpack" } });
}

beforeEach(() => {
  seen = [];
  answer = () => packed({ ok: {} });
  vi.stubGlobal("fetch", (url: string, init: RequestInit) => {
    seen.push({ url, authorization: new Headers(init.headers).get("Authorization") });
    return Promise.resolve().then(answer);
  });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

test.each([
  [bySecret, "Bearer a-secret"],
  [byCookie, null],
])("%j is sent along with every call as %s", async (credentials, header) => {
  const calls = httpCalls(origin, credentials);
  expect(await calls.command({ type: "presence.set", visible: true }, 5000)).toEqual({ ok: {} });
  answer = () => packed({ messages: [], now: 1 });
  await calls.feed({ wait: 0 }, 5000, new AbortController().signal);
  answer = () => packed({ file: "f1" });
  expect(await sendPhoto(origin, credentials, new Blob(["x"]))).toBe("f1");
  answer = () => new Response("%PDF", { headers: { "Content-Type": "application/pdf" } });
  expect(await (await fetchFile(origin, credentials, "f1")).text()).toBe("%PDF");
  expect(seen).toEqual(
    ["command", "feed", "photos", "files/f1"].map((path) => ({
      url: `${origin}/api/handle/${path}`,
      authorization: header,
    })),
  );
});

test("who is nobody yet sends no secret", async () => {
  await post(`${origin}/api/sign-in`, { token: "x" }, { timeoutMs: 5000 });
  expect(seen).toEqual([{ url: `${origin}/api/sign-in`, authorization: null }]);
});

test("a file that is refused rejects with the server's code, and with our own when it is not the server's", async () => {
  answer = () => packed({ error: { code: "not_found", text: "" } }, 404);
  await expect(fetchFile(origin, bySecret, "f1")).rejects.toMatchObject({ code: "not_found" });
  answer = () => new Response("<h1>proxy", { status: 502 });
  await expect(fetchFile(origin, bySecret, "f1")).rejects.toMatchObject({ code: "unavailable" });
  answer = () => {
    throw new TypeError("network");
  };
  await expect(fetchFile(origin, bySecret, "f1")).rejects.toMatchObject({ code: "offline" });
});

test("headers of one's own requests", () => {
  expect(authorization(bySecret)).toEqual({ Authorization: "Bearer a-secret" });
  expect(authorization(byCookie)).toEqual({});
});
