import type { Signal } from "@preact/signals";
import { sentence } from "../../i18n/help";
import { codeOf } from "../../protocol/refusal";
import type { Session } from "../../state/session";
import type { ClientCommand } from "../../wire/messages.gen";

/** Small acts in a conversation: at once or not at all; the view shows how it is. */
export interface Acts {
  later(later: boolean): void;
  rate(rating: number): void;
  accept(call: string): void;
  decline(call: string): void;
  allow(helper: string, maySend: boolean): void;
  end(helper: string): void;
}

/** `trouble` takes the sentence of what was refused. */
export function actsOf(session: Session, conversation: string, trouble: Signal<string>): Acts {
  function act(command: ClientCommand): void {
    trouble.value = "";
    session.send(command).catch((error: unknown) => (trouble.value = sentence(codeOf(error))));
  }
  return {
    later: (later) => act({ type: "conversation.later", conversation, later }),
    rate: (rating) => act({ type: "conversation.rate", conversation, rating }),
    accept: (call) => act({ type: "call.accept", call }),
    decline: (call) => act({ type: "conversation.decline_call", conversation, call }),
    allow: (helper, maySend) => act({ type: "helper.allow", conversation, helper, may_send: maySend }),
    end: (helper) => act({ type: "helper.end", conversation, helper }),
  };
}
