import { post } from "../protocol/http_calls";
import { unwrap } from "../protocol/refusal";
import type { Answer, SignedIn } from "../wire/messages.gen";

const LIMIT_MS = 15_000;

/** Trades the secret of a personal link, or a short code, for a login. Rejects with `Refusal`. */
export async function signIn(token: string): Promise<SignedIn> {
  return unwrapped(await post("/api/sign-in", { token }, LIMIT_MS)) as SignedIn;
}

/** Ends this login in this browser. */
export async function signOut(login: string): Promise<void> {
  unwrapped(await post(`/api/${login}/sign-out`, {}, LIMIT_MS));
}

/** HTTP calls answer with an `Answer`, or with what its `ok` would hold. */
function unwrapped(body: unknown): unknown {
  const answer = body as Answer;
  return answer.error || answer.ok !== undefined ? unwrap(answer) : body;
}

/** The secret after `#`, taken out of the address bar and the history at once. */
export function takeToken(): string {
  const token = decodeURIComponent(location.hash.slice(1));
  if (token) history.replaceState(null, "", location.pathname);
  return token;
}
