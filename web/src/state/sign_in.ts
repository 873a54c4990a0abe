import type { Credentials } from "../protocol/credentials";
import { post } from "../protocol/http_calls";
import { unwrap } from "../protocol/refusal";
import type { Answer, ComeIn, SignedIn, SignIn } from "../wire/messages.gen";

const timeoutMs = 15_000;

/** Trades the secret of a personal link, or a short code, for a login. Rejects with `Refusal`. */
export async function signIn(token: string, keep: "cookie" | "page" = "cookie"): Promise<SignedIn> {
  const asked: SignIn = { token, keep };
  return unwrapped(await post("/api/sign-in", asked, { timeoutMs })) as SignedIn;
}

/** Comes in without a link; the page keeps the secret. Rejects with `Refusal`. */
export async function comeIn(app: string, language: string): Promise<SignedIn> {
  const asked: ComeIn = { language };
  return unwrapped(await post(`/api/guest/${app}`, asked, { timeoutMs })) as SignedIn;
}

/** Ends this login. */
export async function signOut(credentials: Credentials): Promise<void> {
  unwrapped(await post(`/api/${credentials.login}/sign-out`, {}, { timeoutMs, credentials }));
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
