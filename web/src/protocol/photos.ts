import { decode } from "notepack.io";
import type { Answer } from "../wire/messages.gen";
import { authorization, type Credentials } from "./credentials";
import { Refusal, unwrap } from "./refusal";

/** Sends a picture; the answer is its file id. Rejects with `Refusal`. */
export async function sendPhoto(origin: string, credentials: Credentials, picture: Blob): Promise<string> {
  let response: Response;
  try {
    response = await fetch(`${origin}/api/${credentials.login}/photos`, {
      method: "POST",
      headers: {
        "Content-Type": picture.type || "application/octet-stream",
        Accept: "application/msgpack",
        ...authorization(credentials),
      },
      credentials: "same-origin",
      body: picture,
    });
  } catch {
    throw new Refusal("offline");
  }
  if (response.status === 413) throw new Refusal("too_large");
  const type = response.headers.get("Content-Type") ?? "";
  const body: unknown = type.includes("json") ? await response.json() : await readPacked(response);
  const answer = body as Answer & { file?: string };
  return answer.file ?? (unwrap(answer) as { file: string }).file;
}

async function readPacked(response: Response): Promise<unknown> {
  try {
    return decode(await response.arrayBuffer());
  } catch {
    throw new Refusal("unavailable");
  }
}

/** Address of a stored picture. */
export function fileAddress(login: string, file: string): string {
  return `/api/${login}/files/${file}`;
}
