import { type ReadonlySignal, signal } from "@preact/signals";
import type { Credentials } from "../protocol/credentials";
import { kept } from "./kept";
import type { Session } from "./session";
import { comeIn, signIn, signOut } from "./sign_in";

const GUEST = "guest";

/** Who this page speaks for. Nothing is asked of the server, and nothing stored, before `enter`. */
export interface Door {
  readonly session: ReadonlySignal<Session | undefined>;
  /** The page keeps the login itself: framed by another site, or without a login of its own. */
  readonly keepsSecret: boolean;
  /** There was a login when the page was opened, and it has not ended: what it sees is waited for. */
  readonly resumes: boolean;
  /** The session; a guest's is made at the first call. Rejects with `Refusal`. */
  enter(language: string): Promise<Session>;
  /** Goes on as the person to whom the code belongs. Rejects with `Refusal`. */
  useCode(code: string): Promise<void>;
  /** The login has ended: whoever writes next is a new guest. */
  forget(): void;
  /** Leaves nothing behind on this device. */
  leave(): Promise<void>;
}

function remembered(): Credentials | undefined {
  const found = kept.record<{ login: string; secret: string }>(GUEST);
  return typeof found?.login === "string" && typeof found.secret === "string"
    ? { login: found.login, secret: found.secret }
    : undefined;
}

/** The connection is fetched when there is somebody to connect. */
async function connect(credentials: Credentials): Promise<Session> {
  return (await import("./session")).openSession(credentials);
}

/** `login` from the address of a full page, whose secret is a cookie; empty for the frame and for guests. */
export function openDoor(login: string): Door {
  const session = signal<Session | undefined>(undefined);
  let opening: Promise<Session> | undefined;
  let credentials: Credentials | undefined = login ? { login } : remembered();
  let resumes = credentials !== undefined;

  function open(known: Credentials): Promise<Session> {
    credentials = known;
    return connect(known).then((opened) => {
      session.value = opened;
      return opened;
    });
  }
  async function newGuest(language: string): Promise<Session> {
    const { login: handle, secret } = await comeIn("helpdesk", language);
    kept.write(GUEST, JSON.stringify({ login: handle, secret }));
    return open({ login: handle, secret });
  }
  function enter(language: string): Promise<Session> {
    if (session.value) return Promise.resolve(session.value);
    opening ??= (credentials ? open(credentials) : newGuest(language)).finally(() => {
      opening = undefined;
    });
    return opening;
  }
  function forget(): void {
    kept.write(GUEST, "");
    credentials = undefined;
    resumes = false;
    session.value = undefined;
  }
  if (credentials) void enter("").catch(() => undefined);
  return {
    session,
    keepsSecret: login === "",
    get resumes() {
      return resumes;
    },
    enter,
    useCode: async (code) => {
      if (login) {
        location.assign((await signIn(code)).home);
        return;
      }
      const { login: handle, secret } = await signIn(code, "page");
      kept.write(GUEST, JSON.stringify({ login: handle, secret }));
      location.reload();
    },
    forget,
    leave: async () => {
      const known = credentials;
      kept.wipe(known?.login ?? "");
      if (known) await signOut(known).catch(() => undefined);
      kept.wipe(known?.login ?? "");
      if (login) location.replace("/aide");
      else location.reload();
    },
  };
}
