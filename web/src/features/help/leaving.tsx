import { h, sentence } from "../../i18n/help";
import type { Help } from "../../state/help";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";

/** The first words are on their way: they are on the screen, and nothing can lose them. */
export function Leaving({ help }: { help: Help }) {
  const say = h.value.form;
  const pending = help.request.pending.value;
  const refused = help.request.refused.value;
  const link = help.door.session.value?.link.value;
  if (!pending) return null;
  const cut = link === "lost" || !navigator.onLine;
  return (
    <div class="leaving stack">
      <h1 tabIndex={-1}>{refused ? say.notSent : say.sending}</h1>
      {pending.words && (
        <p class="bubble" data-mine="true" dir="auto">
          {pending.words}
        </p>
      )}
      {cut && !refused && <Notice tone="warn">{say.kept}</Notice>}
      {refused && (
        <div role="alert" class="stack">
          <Notice tone="bad">{sentence(refused)}</Notice>
          <div class="row">
            <Button tone="primary" onClick={() => help.request.retry()}>
              {h.value.retry}
            </Button>
            <Button tone="outline" onClick={() => help.request.drop()}>
              {h.value.back}
            </Button>
          </div>
        </div>
      )}
    </div>
  );
}
