import { type ReadonlySignal, useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { t } from "../i18n";
import type { Link } from "../protocol/link";
import { announce } from "../ui/announcer";
import { Notice } from "../ui/notice";

/** A cut of less than this is nobody's business. */
const PATIENCE_MS = 1_500;

/** Says when the page has lost the server, and when it is back. */
export function LinkBanner({ link }: { link: ReadonlySignal<Link> }) {
  const shown = useSignal<Link>("live");
  const now = link.value;
  useEffect(() => {
    const timer = setTimeout(() => {
      const before = shown.peek();
      shown.value = now;
      if (now === "lost") announce(t.value.link.lost);
      else if (before === "lost") announce(t.value.link.back);
    }, PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [now]);
  if (shown.value === "lost") {
    return (
      <section class="linkbar" aria-label={t.value.link.label}>
        <Notice tone="warn">{t.value.link.lost}</Notice>
      </section>
    );
  }
  if (shown.value !== "http") return null;
  return (
    <section class="linkbar soft" aria-label={t.value.link.label}>
      {t.value.link.http}
    </section>
  );
}
