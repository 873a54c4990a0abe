import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { t } from "../../i18n";
import { type AnyCode, codeOf } from "../../protocol/refusal";
import { signIn } from "../../state/sign_in";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";
import "./welcome.css";

/** What this is, and the door. `token` is the secret of a personal link, posted at once. */
export function Welcome({
  token,
  go = (home) => location.replace(home),
}: {
  token: string;
  go?: (home: string) => void;
}) {
  const code = useSignal("");
  const trouble = useSignal<AnyCode | "no_code" | "">("");
  const busy = useSignal(token !== "");
  const input = useRef<HTMLInputElement>(null);
  const words = t.value.welcome;

  async function enter(secret: string): Promise<void> {
    busy.value = true;
    trouble.value = "";
    try {
      go((await signIn(secret)).home);
    } catch (error) {
      busy.value = false;
      trouble.value = codeOf(error);
      announce(t.value.codes[trouble.value] ?? "");
      input.current?.focus();
    }
  }

  useEffect(() => {
    if (token) void enter(token);
  }, [token]);

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const secret = code.value.trim();
    if (secret) void enter(secret);
    else {
      trouble.value = "no_code";
      input.current?.focus();
    }
  }

  return (
    <div class="welcome">
      <div class="welcome-what stack">
        <h1>{words.title}</h1>
        <p class="welcome-lead">{words.lead}</p>
        <ol class="welcome-steps">
          {words.steps.map(([title, text]) => (
            <li key={title}>
              <div>
                <strong>{title}</strong>
                <span class="soft">{text}</span>
              </div>
            </li>
          ))}
        </ol>
        <p class="soft">{words.safe}</p>
      </div>
      <img class="welcome-picture" src="/welcome.svg" alt="" width="440" height="230" />
      <form class="card stack welcome-door" onSubmit={submit}>
        {trouble.value && (
          <Notice tone="warn">
            {trouble.value === "no_code" ? words.noCode : t.value.codes[trouble.value]}
          </Notice>
        )}
        <div class="field">
          <label for="code" class="welcome-label">
            {words.codeLabel}
          </label>
          <input
            id="code"
            ref={input}
            class="input welcome-code"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            maxLength={128}
            aria-describedby="code-help"
            value={code.value}
            onInput={(event) => {
              code.value = event.currentTarget.value;
            }}
          />
          <p id="code-help" class="soft">
            {words.codeHelp}
          </p>
        </div>
        <Button tone="primary" large submit busy={busy.value}>
          {busy.value ? words.entering : words.enter}
        </Button>
      </form>
    </div>
  );
}
