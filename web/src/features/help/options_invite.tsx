import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { h } from "../../i18n/help";
import type { Talk } from "../../state/help_talk";
import type { Session } from "../../state/session";
import { Button } from "../../ui/button";
import type { Invited } from "../../wire/messages.gen";
import { BigCode, CopyButton, Trouble } from "./options_parts";
import { useAct } from "./use_act";

/** Asks somebody to write along: a code to say aloud, or a link to send. */
export function InvitePage({ session, talk }: { session: Session; talk: Talk }) {
  const say = h.value.invite;
  const name = useSignal("");
  const invited = useSignal<Invited | undefined>(undefined);
  const field = useRef<HTMLInputElement>(null);
  const act = useAct();
  function invite(event: Event): void {
    event.preventDefault();
    const called = name.value.trim();
    if (!called) {
      act.fail(say.noName);
      field.current?.focus();
      return;
    }
    act.run(async () => {
      invited.value = await session.send({ type: "helper.invite", conversation: talk.id, name: called });
    });
  }
  if (invited.value) return <Ticket invited={invited.value} name={name.value.trim()} />;
  return (
    <form class="stack" onSubmit={invite} noValidate>
      <p>{say.text}</p>
      <div class="field">
        <label for="invite-name">{say.name}</label>
        <input
          ref={field}
          id="invite-name"
          class="input"
          maxLength={80}
          dir="auto"
          value={name.value}
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </div>
      <Trouble words={act.trouble.value} />
      <Button tone="primary" submit busy={act.busy.value}>
        {say.make}
      </Button>
    </form>
  );
}

function Ticket({ invited, name }: { invited: Invited; name: string }) {
  const say = h.value.invite;
  const link = location.origin + invited.path;
  return (
    <div class="stack">
      <p>{say.code(name)}</p>
      <BigCode code={invited.code} />
      <p class="small">{say.codeWhere(`${location.host}/aide`)}</p>
      <p class="soft small">{h.value.device.until(invited.code_expires_at)}</p>
      <p>{say.link}</p>
      <div class="row">
        <CopyButton text={link} words={say.copyLink} />
        {"share" in navigator && (
          <Button tone="outline" onClick={() => void navigator.share({ url: link }).catch(() => undefined)}>
            {say.share}
          </Button>
        )}
      </div>
      <p class="soft small">{say.until(invited.expires_at)}</p>
    </div>
  );
}
