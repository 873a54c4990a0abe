import { type HelpLanguage, h } from "../../i18n/help";
import { comfort } from "../../state/help_comfort";
import { Switch } from "../../ui/switch";
import { LanguageChoice } from "./frame";

/** Language, sound and motion; everybody may stop the last two. */
export function SettingsPage({ onLanguage }: { onLanguage: (language: HelpLanguage) => void }) {
  const say = h.value.settings;
  return (
    <div class="stack">
      <LanguageChoice onLanguage={onLanguage} />
      <Switch on={comfort.sound.value} onChange={(on) => comfort.setSound(on)}>
        {say.sound}
      </Switch>
      <Switch on={comfort.calm.value} onChange={(on) => comfort.setCalm(on)}>
        {say.calm}
      </Switch>
    </div>
  );
}
