import type {
  ClientCommand,
  Feed,
  Heartbeat,
  LogEvent,
  LogEvents,
  ServerMessage,
  ViewPatch,
} from "../wire/messages.gen";
import { type Json, mergePatch } from "./merge_patch";
import { type AnyCode, codeOf, passes } from "./refusal";

const HELD_BACK = 500;

export interface ViewListener {
  /** The view as it is now, each time it changes. */
  data(data: unknown): void;
  /** Not open to this person, or no longer. */
  ended(code: AnyCode): void;
}

export interface LogListener {
  /** Events in order, each once. */
  events(events: readonly LogEvent[]): void;
  ended(code: AnyCode): void;
}

interface HeldView {
  readonly listener: ViewListener;
  version: string;
  data: Json | undefined;
}

interface HeldLog {
  readonly listener: LogListener;
  last: number;
  /** Events beyond a hole, by seq. */
  readonly early: Map<number, LogEvent>;
  asking: boolean;
}

/** Views and logs of one connection: applies what comes, notices what is missing and asks for it again. */
export class Feeds {
  private readonly views = new Map<string, HeldView>();
  private readonly logs = new Map<string, HeldLog>();
  private ask: (command: ClientCommand) => Promise<unknown> = () => Promise.resolve();
  private changed: () => void = () => undefined;

  /** The connection lends its voice: `ask` sends a command, `changed` is told when other feeds are wanted. */
  attach(ask: (command: ClientCommand) => Promise<unknown>, changed: () => void): void {
    this.ask = ask;
    this.changed = changed;
  }

  openView(view: string, listener: ViewListener): void {
    this.views.set(view, { listener, version: "", data: undefined });
    this.askView(view);
    this.changed();
  }

  closeView(view: string): void {
    if (this.views.delete(view)) this.quietly({ type: "view.close", view });
  }

  /** Events after `after`: the floor of somebody who may read only from some point on. */
  openLog(logId: string, listener: LogListener, after = 0): void {
    this.logs.set(logId, { listener, last: after, early: new Map(), asking: false });
    this.askLog(logId);
    this.changed();
  }

  closeLog(logId: string): void {
    if (this.logs.delete(logId)) this.quietly({ type: "log.close", log_id: logId });
  }

  /** What is held, for the HTTP path. */
  held(): Feed {
    return {
      views: Object.fromEntries([...this.views].map(([name, view]) => [name, view.version])),
      logs: Object.fromEntries([...this.logs].map(([id, log]) => [id, log.last])),
    };
  }

  /** Opens everything again with what is held: after a reconnection, or when something may have been missed. */
  resync(): void {
    for (const name of this.views.keys()) this.askView(name);
    for (const id of this.logs.keys()) this.askLog(id);
  }

  receive(message: ServerMessage): void {
    switch (message.type) {
      case "view.snapshot":
        this.show(message.view, message.version, message.data as Json);
        break;
      case "view.patch":
        this.patch(message);
        break;
      case "view.ended":
        this.endView(message.view, message.code);
        break;
      case "log.events":
        this.append(message);
        break;
      case "log.ended":
        this.endLog(message.log_id, message.code);
        break;
      case "heartbeat":
        this.compare(message);
        break;
      case "login.ended":
        break;
      default:
        // A message of a newer server: clients ignore what they do not know.
        message satisfies never;
    }
  }

  private show(name: string, version: string, data: Json): void {
    const view = this.views.get(name);
    if (!view) return;
    view.version = version;
    view.data = data;
    view.listener.data(data);
  }

  private patch(message: ViewPatch): void {
    const view = this.views.get(message.view);
    if (!view || view.version === message.version) return;
    if (view.version !== message.base) {
      view.version = "";
      this.askView(message.view);
      return;
    }
    this.show(message.view, message.version, mergePatch(view.data, message.patch as Json));
  }

  private append(message: LogEvents): void {
    const log = this.logs.get(message.log_id);
    if (!log) return;
    for (const event of message.events) {
      if (event.seq > log.last && log.early.size < HELD_BACK) log.early.set(event.seq, event);
    }
    const ready: LogEvent[] = [];
    for (let next = log.early.get(log.last + 1); next; next = log.early.get(log.last + 1)) {
      log.early.delete(next.seq);
      log.last = next.seq;
      ready.push(next);
    }
    if (ready.length > 0) log.listener.events(ready);
    if (log.early.size > 0) this.askLog(message.log_id);
  }

  /** Opens again what differs, and what the server does not know as open and so would never send. */
  private compare(heartbeat: Heartbeat): void {
    for (const [name, view] of this.views) {
      if (heartbeat.views[name] !== view.version) this.askView(name);
    }
    for (const [id, log] of this.logs) {
      if ((heartbeat.logs[id] ?? Infinity) > log.last) this.askLog(id);
    }
  }

  private askView(name: string): void {
    const view = this.views.get(name);
    if (!view) return;
    const command: ClientCommand = {
      type: "view.open",
      view: name,
      ...(view.version && { version: view.version }),
    };
    this.ask(command).catch((error: unknown) =>
      this.refused(codeOf(error), (code) => this.endView(name, code)),
    );
  }

  private askLog(id: string): void {
    const log = this.logs.get(id);
    if (!log || log.asking) return;
    log.asking = true;
    this.ask({ type: "log.open", log_id: id, after: log.last })
      .catch((error: unknown) => this.refused(codeOf(error), (code) => this.endLog(id, code)))
      .finally(() => {
        log.asking = false;
      });
  }

  /** What passes by itself is asked again at the next heartbeat or reconnection. */
  private refused(code: AnyCode, end: (code: AnyCode) => void): void {
    if (!passes(code)) end(code);
  }

  private endView(name: string, code: AnyCode): void {
    const view = this.views.get(name);
    this.views.delete(name);
    view?.listener.ended(code);
  }

  private endLog(id: string, code: AnyCode): void {
    const log = this.logs.get(id);
    this.logs.delete(id);
    log?.listener.ended(code);
  }

  private quietly(command: ClientCommand): void {
    this.ask(command).catch(() => undefined);
    this.changed();
  }
}
