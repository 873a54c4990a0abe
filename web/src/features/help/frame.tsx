import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { type HelpLanguage, h, isLanguage, LANGUAGES, speak } from "../../i18n/help";
import type { Link } from "../../protocol/link";
import { Announcer, announce } from "../../ui/announcer";
import { useKeptFocus } from "../../ui/focus";
import { Icon } from "../../ui/icons";

/** A cut of less than this is nobody's business. */
const PATIENCE_MS = 1_500;

/** Head, what the connection does, and the screen. */
export function Frame(props: {
  service: string;
  embedded: boolean;
  link: Link;
  tools: ComponentChildren;
  onLanguage: (language: HelpLanguage) => void;
  children: ComponentChildren;
}) {
  useKeptFocus();
  return (
    <div class="help" data-embedded={props.embedded}>
      <a class="skip" href="#main">
        {h.value.skip}
      </a>
      <header class="help-head" aria-label={h.value.title}>
        <p class="help-service">
          <span class="help-kind">{h.value.title}</span>
          {props.service && <strong>{props.service}</strong>}
        </p>
        <div class="help-tools">{props.tools || <LanguageChoice onLanguage={props.onLanguage} />}</div>
      </header>
      <LinkStrip link={props.link} />
      <main id="main" class="help-main" tabIndex={-1} aria-label={h.value.title}>
        {props.children}
      </main>
      <Announcer />
    </div>
  );
}

/** In which language; in a talk it is one of the further choices. */
export function LanguageChoice({ onLanguage }: { onLanguage: (language: HelpLanguage) => void }) {
  return (
    <label class="help-language">
      <Icon name="english" />
      <span class="unseen">{h.value.languageLabel}</span>
      <select
        value={h.value.language}
        onChange={(event) => {
          const wanted = event.currentTarget.value;
          if (isLanguage(wanted)) void speak(wanted, true).then(() => onLanguage(wanted));
        }}
      >
        {Object.entries(LANGUAGES).map(([code, name]) => (
          <option key={code} value={code} lang={code}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Says when the page has lost the server, and when it is back. */
function LinkStrip({ link }: { link: Link }) {
  const shown = useSignal<Link>("live");
  useEffect(() => {
    const timer = setTimeout(() => {
      const before = shown.peek();
      shown.value = link;
      if (link === "lost") announce(h.value.link.lost);
      else if (before === "lost") announce(h.value.link.back);
    }, PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [link]);
  if (shown.value !== "lost" && shown.value !== "http") return null;
  return (
    <section class="help-link" data-tone={shown.value} aria-label={h.value.link.label}>
      {h.value.link[shown.value]}
    </section>
  );
}
