import { useSignal } from "@preact/signals";
import { h } from "../../i18n/help";
import { announce } from "../../ui/announcer";
import { Button } from "../../ui/button";
import { Notice } from "../../ui/notice";

export function Trouble({ words }: { words: string }) {
  if (!words) return null;
  return (
    <div role="alert">
      <Notice tone="warn">{words}</Notice>
    </div>
  );
}

/** A code to read out or to type: large, in groups, with a button to copy it. */
export function BigCode({ code }: { code: string }) {
  return (
    <p class="big-code" dir="ltr" translate={false}>
      {code.match(/.{1,4}/g)?.join(" ")}
    </p>
  );
}

export function CopyButton({ text, words }: { text: string; words: string }) {
  const copied = useSignal(false);
  function copy(): void {
    navigator.clipboard.writeText(text).then(
      () => {
        copied.value = true;
        announce(h.value.copied);
      },
      () => undefined,
    );
  }
  return (
    <Button tone="outline" onClick={copy}>
      {copied.value ? h.value.copied : words}
    </Button>
  );
}
