import { io, type Socket } from "socket.io-client";
import * as parser from "socket.io-msgpack-parser";
import type { Answer, ServerMessage } from "../wire/messages.gen";
import type { Channel, ChannelEvents } from "./channel";
import type { Credentials } from "./credentials";
import { type AnyCode, Refusal } from "./refusal";

const OPEN_MS = 6_000;

/** The code that a server gives when it refuses a login, as the message of the connection error. */
function refusedWith(error: Error): AnyCode | undefined {
  return error.message === "not_signed_in" || error.message === "bad_link" ? error.message : undefined;
}

/** Socket.IO on a WebSocket with msgpack. Reconnection is the business of `Connection`, not of the library. */
export function openSocketChannel(origin: string, credentials: Credentials, events: ChannelEvents): Channel {
  const { login, secret } = credentials;
  const socket: Socket = io(origin, {
    transports: ["websocket"],
    parser,
    auth: { login, ...(secret && { secret }) },
    reconnection: false,
    autoConnect: false,
    timeout: OPEN_MS,
    forceNew: true,
  });
  socket.on("connect", () => events.opened());
  socket.on("disconnect", () => events.closed());
  socket.on("connect_error", (error: Error) => events.closed(refusedWith(error)));
  socket.on("message", (message: ServerMessage) => events.message(message));
  return {
    open: () => {
      socket.disconnect();
      socket.connect();
    },
    close: () => {
      socket.disconnect();
    },
    send: async (command, timeoutMs) => {
      if (!socket.connected) throw new Refusal("offline");
      try {
        return (await socket.timeout(timeoutMs).emitWithAck("command", command)) as Answer;
      } catch {
        throw new Refusal("timeout");
      }
    },
  };
}
