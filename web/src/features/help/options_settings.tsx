import { h } from "../../i18n/help";
import { comfort } from "../../state/help_comfort";
import { Switch } from "../../ui/switch";

/** Sound and motion, which everybody may stop. */
export function SettingsPage() {
  const say = h.value.settings;
  return (
    <div class="stack">
      <Switch on={comfort.sound.value} onChange={(on) => comfort.setSound(on)}>
        {say.sound}
      </Switch>
      <Switch on={comfort.calm.value} onChange={(on) => comfort.setCalm(on)}>
        {say.calm}
      </Switch>
    </div>
  );
}
