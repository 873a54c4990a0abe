import { setLanguage, t } from "../i18n";

/** Offers the other language, in that language. */
export function LanguageButton() {
  const other = t.value.language === "fr" ? "en" : "fr";
  const name = other === "fr" ? "Français" : "English";
  return (
    <button
      type="button"
      class="button"
      data-tone="plain"
      lang={other}
      onClick={() => void setLanguage(other)}
    >
      {name}
    </button>
  );
}
