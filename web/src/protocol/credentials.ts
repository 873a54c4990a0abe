import { decode } from "notepack.io";
import type { Answer } from "../wire/messages.gen";
import { Refusal, unwrap } from "./refusal";

/** A login as this page holds it. Without a secret its cookie is the browser's to send; framed by another site there is none. */
export interface Credentials {
  readonly login: string;
  readonly secret?: string;
}

/** Headers that a request of this login needs. */
export function authorization(credentials: Credentials): Record<string, string> {
  return credentials.secret ? { Authorization: `Bearer ${credentials.secret}` } : {};
}

/** A file of `/api/{login}/files/`, for pages whose secret no address can carry. Rejects with `Refusal`. */
export async function fetchFile(origin: string, credentials: Credentials, file: string): Promise<Blob> {
  let response: Response;
  try {
    response = await fetch(`${origin}/api/${credentials.login}/files/${file}`, {
      headers: authorization(credentials),
      credentials: "same-origin",
    });
    if (response.ok) return await response.blob();
  } catch {
    throw new Refusal("offline");
  }
  try {
    unwrap(decode(await response.arrayBuffer()) as Answer);
  } catch (error) {
    if (error instanceof Refusal) throw error;
  }
  throw new Refusal("unavailable");
}
