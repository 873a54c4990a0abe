import { useSignal } from "@preact/signals";
import { h } from "../../i18n/help";
import type { Help } from "../../state/help";
import { canPush, subscribe } from "../../state/help_push";
import type { Session } from "../../state/session";
import { Button } from "../../ui/button";
import { Trouble } from "./options_parts";
import { useAct } from "./use_act";

/** How this person wants to be told of an answer. */
export function NoticePage({ help, session }: { help: Help; session: Session }) {
  const say = h.value.notice;
  const view = help.view.value;
  if (!view) return null;
  const pushing = view.push_key !== "" && canPush(help.host.embedded);
  if (!view.mail && !pushing) return <p>{say.none}</p>;
  return (
    <div class="stack">
      <p>{say.text}</p>
      {view.mail && <Mail on={view.ways.includes("mail")} session={session} />}
      {pushing && <Push on={view.ways.includes("push")} pushKey={view.push_key} session={session} />}
      <Forget any={view.ways.length > 0} session={session} />
    </div>
  );
}

function Mail({ on, session }: { on: boolean; session: Session }) {
  return on ? <p>{h.value.notice.mailOn}</p> : <MailForm session={session} />;
}

function Forget({ any, session }: { any: boolean; session: Session }) {
  const say = h.value.notice;
  const forgotten = useSignal(false);
  const act = useAct();
  function forget(): void {
    act.run(async () => {
      await session.send({ type: "notice.forget" });
      forgotten.value = true;
    });
  }
  return (
    <>
      {any && (
        <Button tone="plain" onClick={forget}>
          {say.forget}
        </Button>
      )}
      {forgotten.value && <p role="status">{say.forgotten}</p>}
      <Trouble words={act.trouble.value} />
    </>
  );
}

function Push({ on, pushKey, session }: { on: boolean; pushKey: string; session: Session }) {
  const say = h.value.notice;
  const act = useAct();
  if (on) return <p>{say.pushOn}</p>;
  async function ask(): Promise<void> {
    const endpoint = await subscribe(pushKey, h.value.language);
    if (endpoint) await session.send({ type: "notice.add_push", endpoint });
    else act.fail(say.pushRefused);
  }
  return (
    <>
      <Button tone="outline" icon="bell" busy={act.busy.value} onClick={() => act.run(ask)}>
        {say.push}
      </Button>
      <Trouble words={act.trouble.value} />
    </>
  );
}

function MailForm({ session }: { session: Session }) {
  const say = h.value.notice;
  const address = useSignal("");
  const act = useAct();
  function save(event: Event): void {
    event.preventDefault();
    if (!address.value.trim()) return;
    act.run(() => session.send({ type: "notice.set_mail", address: address.value.trim() }));
  }
  return (
    <form class="stack" onSubmit={save} noValidate>
      <div class="field">
        <label for="mail">{say.mail}</label>
        <input
          id="mail"
          class="input"
          type="email"
          autocomplete="email"
          dir="ltr"
          maxLength={254}
          value={address.value}
          onInput={(event) => (address.value = event.currentTarget.value)}
        />
      </div>
      <Trouble words={act.trouble.value} />
      <Button tone="primary" submit busy={act.busy.value}>
        {say.mailSave}
      </Button>
    </form>
  );
}
