import { useSignal } from "@preact/signals";
import { h } from "../../i18n/help";
import type { Help } from "../../state/help";
import type { Talk } from "../../state/help_talk";
import { kept } from "../../state/kept";
import { Button } from "../../ui/button";
import type { Acts } from "./acts";
import { Cowriting } from "./cowriting";
import { type FormWords, keptForm, RequestForm } from "./request_form";
import { FORM } from "./welcome";

interface DraftFormProps {
  help: Help;
  talk: Talk;
  acts: Acts;
  onInvite: () => void;
}

/** The first question, written with somebody: nothing is sent before the citizen sends it. */
export function DraftForm({ help, talk, acts, onInvite }: DraftFormProps) {
  const form = useSignal<FormWords>(keptForm(FORM));
  /** Person whose words stand in the field, as long as they are hers. */
  const writer = useSignal({ helper: "", text: "" });
  const say = h.value.form;
  function take(helper: string, text: string): void {
    form.value = { ...form.value, words: text };
    kept.write(FORM, JSON.stringify(form.value));
    writer.value = { helper, text: text.trim() };
  }
  return (
    <div class="welcome stack">
      <h1 tabIndex={-1}>{h.value.cowriting.title}</h1>
      <p class="soft">{h.value.state.draft}</p>
      <RequestForm
        topics={help.welcome.offer.value?.topics ?? {}}
        away={help.welcome.away.value}
        shelf={FORM}
        form={form}
        onTyped={() => undefined}
        onSend={(words) => {
          const helper = words.words === writer.value.text ? writer.value.helper : "";
          const wish = { ...words, language: h.value.language, pageTitle: "", pageUrl: "" };
          help.request.ask(helper ? { ...wish, helper } : wish, talk.id);
        }}
      >
        <Cowriting talk={talk} sendWords={say.useWords} onSend={take} acts={acts} />
        <Button tone="outline" icon="together" onClick={onInvite}>
          {h.value.options.help}
        </Button>
      </RequestForm>
    </div>
  );
}
