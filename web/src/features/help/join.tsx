import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { h, sentence } from "../../i18n/help";
import { codeOf } from "../../protocol/refusal";
import type { Help } from "../../state/help";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";

/** A helper says who she is, and reads what she will see and what she will not. */
export function Join({ help }: { help: Help }) {
  const say = h.value.helper;
  const name = useSignal(help.view.value?.name ?? "");
  const trouble = useSignal("");
  const busy = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  async function join(event: Event): Promise<void> {
    event.preventDefault();
    if (!name.value.trim()) {
      trouble.value = say.noName;
      field.current?.focus();
      return;
    }
    busy.value = true;
    trouble.value = "";
    try {
      const session = await help.door.enter(h.value.language);
      const conversation = help.invited.value;
      await session.send({ type: "helper.join", conversation, name: name.value.trim() });
      help.show(conversation);
    } catch (error) {
      trouble.value = sentence(codeOf(error));
    } finally {
      busy.value = false;
    }
  }
  return (
    <form class="welcome stack" onSubmit={(event) => void join(event)} noValidate>
      <h1 tabIndex={-1}>{say.title("")}</h1>
      <p>{say.text}</p>
      <p>{say.fromNow}</p>
      <div class="field">
        <label for="helper-name">{say.name}</label>
        <p id="helper-hint" class="soft small">
          {say.nameHint}
        </p>
        <input
          ref={field}
          id="helper-name"
          class="input"
          maxLength={80}
          dir="auto"
          autocomplete="name"
          aria-describedby="helper-hint"
          value={name.value}
          onInput={(event) => (name.value = event.currentTarget.value)}
        />
      </div>
      {trouble.value && (
        <div role="alert">
          <Notice tone="warn">{trouble.value}</Notice>
        </div>
      )}
      <Button tone="primary" large submit busy={busy.value}>
        {say.join}
      </Button>
    </form>
  );
}
