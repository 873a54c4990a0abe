import { useSignal } from "@preact/signals";
import { h, sentence } from "../../i18n/help";
import { codeOf } from "../../protocol/refusal";
import type { Help } from "../../state/help";
import { Button } from "../../ui/button";
import { Icon } from "../../ui/icons";
import { Notice } from "../../ui/notice";
import { type FormWords, keptForm, RequestForm } from "./request_form";

export const FORM = "form";

/** What this is, who is there, and the first question. */
export function Welcome({ help }: { help: Help }) {
  const say = h.value.welcome;
  const form = useSignal<FormWords>(keptForm(FORM));
  const offer = help.welcome.offer.value;

  function wishOf(words: FormWords) {
    const page = help.host.page.value;
    return { ...words, language: h.value.language, pageTitle: page.title, pageUrl: page.url };
  }
  return (
    <div class="welcome stack">
      <h1 tabIndex={-1}>{say.title}</h1>
      <p>{say.lead}</p>
      <Threads help={help} />
      <RequestForm
        topics={offer?.topics ?? {}}
        away={help.welcome.away.value}
        shelf={FORM}
        form={form}
        // The login is made now, not when the page is opened, and is there when the words are sent.
        onTyped={() => void help.door.enter(h.value.language).catch(() => undefined)}
        onSend={(words) => help.request.ask(wishOf(words))}
        beside={
          <Button tone="outline" icon="together" onClick={() => help.request.begin(wishOf(form.value))}>
            {h.value.form.inviteFirst}
          </Button>
        }
      />
      <p class="soft small">{say.notFiling}</p>
      <CodeEntry help={help} />
    </div>
  );
}

/** Talks that were begun before, the newest first. */
function Threads({ help }: { help: Help }) {
  const say = h.value.welcome;
  const rows = Object.entries(help.view.value?.conversations ?? {});
  rows.sort(([, a], [, b]) => b.last_at - a.last_at);
  if (rows.length === 0) return null;
  return (
    <section class="threads stack" aria-labelledby="threads">
      <h2 id="threads">{say.threads}</h2>
      <ul class="stack">
        {rows.map(([id, row]) => (
          <li key={id}>
            <button type="button" class="thread" onClick={() => help.show(id)}>
              <span>
                <strong>{row.topic_name || say.number(row.number)}</strong>
                <span class="soft small">
                  {h.value.day(row.last_at)}, {h.value.clock(row.last_at)}
                </span>
                {row.unread && <span class="thread-new">{say.newMessage}</span>}
              </span>
              <Icon name="forward" />
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** To go on here with what was begun elsewhere, or to help somebody write. */
export function CodeEntry({ help }: { help: Help }) {
  const say = h.value.welcome;
  const code = useSignal("");
  const trouble = useSignal("");
  const busy = useSignal(false);
  async function enter(event: Event): Promise<void> {
    event.preventDefault();
    if (!code.value.trim()) {
      trouble.value = say.noCode;
      return;
    }
    busy.value = true;
    trouble.value = "";
    try {
      // Codes are shown in groups.
      await help.door.useCode(code.value.replaceAll(/\s/g, ""));
    } catch (error) {
      trouble.value = sentence(codeOf(error));
    } finally {
      busy.value = false;
    }
  }
  return (
    <details class="code-entry">
      <summary>{say.haveCode}</summary>
      <form class="stack" onSubmit={(event) => void enter(event)}>
        <div class="field">
          <label for="code">{say.codeLabel}</label>
          <p id="code-help" class="soft small">
            {say.codeHelp}
          </p>
          <input
            id="code"
            class="input code-field"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={128}
            dir="ltr"
            aria-describedby="code-help"
            value={code.value}
            onInput={(event) => (code.value = event.currentTarget.value)}
          />
        </div>
        {trouble.value && (
          <div role="alert">
            <Notice tone="warn">{trouble.value}</Notice>
          </div>
        )}
        <Button tone="outline" submit busy={busy.value}>
          {say.enter}
        </Button>
      </form>
    </details>
  );
}
