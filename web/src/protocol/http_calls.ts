import { decode, encode } from "notepack.io";
import type { Answer, FeedAnswer } from "../wire/messages.gen";
import type { HttpCalls } from "./channel";
import { authorization, type Credentials } from "./credentials";
import { Refusal } from "./refusal";

const TYPE = "application/msgpack";
const LATE = "late";

export interface PostOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Whose request it is, unless it is nobody's yet. */
  readonly credentials?: Credentials;
}

/** Posts msgpack and reads msgpack, whatever the status. Rejects with `Refusal("offline" | "timeout")`. */
export async function post(path: string, body: unknown, options: PostOptions): Promise<unknown> {
  const { timeoutMs, signal, credentials } = options;
  const own = new AbortController();
  const timer = setTimeout(() => own.abort(LATE), timeoutMs);
  const abort = (): void => own.abort();
  signal?.addEventListener("abort", abort);
  try {
    const response = await fetch(path, {
      method: "POST",
      headers: { "Content-Type": TYPE, Accept: TYPE, ...(credentials && authorization(credentials)) },
      credentials: "same-origin",
      body: encode(body),
      signal: own.signal,
    });
    if (!response.headers.get("Content-Type")?.startsWith(TYPE)) throw new Refusal("offline");
    return decode(await response.arrayBuffer());
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal(own.signal.reason === LATE ? "timeout" : "offline");
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** An answer of the feed, or the refusal that came instead of it. */
function feedOf(answer: unknown): FeedAnswer {
  const failure = (answer as Answer).error;
  if (failure) throw new Refusal(failure.code, failure.text);
  return answer as FeedAnswer;
}

/** The stateless calls of one login. */
export function httpCalls(origin: string, credentials: Credentials): HttpCalls {
  const base = `${origin}/api/${credentials.login}`;
  return {
    command: async (command, timeoutMs) =>
      (await post(`${base}/command`, command, { timeoutMs, credentials })) as Answer,
    feed: async (feed, timeoutMs, signal) =>
      feedOf(await post(`${base}/feed`, feed, { timeoutMs, signal, credentials })),
  };
}
