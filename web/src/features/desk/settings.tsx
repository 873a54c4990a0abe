import type { Signal } from "@preact/signals";
import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { Alerts } from "../../state/desk_alerts";
import { type DeskAct, KEYS } from "../../state/desk_keys";
import { Button } from "../../ui/button";
import { Dialog } from "../../ui/dialog";
import { Notice } from "../../ui/notice";
import { Switch } from "../../ui/switch";

/** Sound and notifications, with a test: nobody should find out in the evening that they do not work. */
export function AlertsDialog({ alerts, onClose }: { alerts: Alerts; onClose: () => void }) {
  const say = words.value.alerts;
  const may = alerts.mayNotify.value;
  return (
    <Dialog title={say.title} onClose={onClose}>
      <Switch on={alerts.sound.value} onChange={(on) => alerts.setSound(on)}>
        {say.sound}
      </Switch>
      {may === "default" && (
        <div>
          <Button tone="outline" icon="bell" onClick={() => void alerts.askToNotify()}>
            {say.ask}
          </Button>
        </div>
      )}
      {may !== "default" && <Notice tone={may === "granted" ? "info" : "warn"}>{say.permission[may]}</Notice>}
      <p class="soft">{say.text}</p>
      <div class="row">
        <Button tone="primary" icon="sound" onClick={() => alerts.test(say.testWords)}>
          {say.test}
        </Button>
        <Button tone="outline" onClick={onClose}>
          {t.value.common.close}
        </Button>
      </div>
    </Dialog>
  );
}

/** All shortcuts, and the switch that turns them off. */
export function KeysDialog({ on, onClose }: { on: Signal<boolean>; onClose: () => void }) {
  const say = words.value.keys;
  return (
    <Dialog title={say.title} onClose={onClose}>
      <p class="soft">{say.text}</p>
      <table class="keys">
        <thead>
          <tr>
            <th scope="col">{say.key}</th>
            <th scope="col">{say.what}</th>
          </tr>
        </thead>
        <tbody>
          {(Object.keys(KEYS) as DeskAct[]).map((act) => (
            <tr key={act}>
              <td>
                <kbd>{KEYS[act].toUpperCase()}</kbd>
              </td>
              <td>{say.acts[act]}</td>
            </tr>
          ))}
          <tr>
            <td>
              <kbd>{say.controlK}</kbd>
            </td>
            <td>{say.acts.macros}</td>
          </tr>
          <tr>
            <td>
              <kbd>{say.altArrows}</kbd>
            </td>
            <td>{say.arrows}</td>
          </tr>
        </tbody>
      </table>
      <Switch on={on.value} onChange={(next) => (on.value = next)}>
        {say.on}
      </Switch>
      <div>
        <Button tone="outline" onClick={onClose}>
          {t.value.common.close}
        </Button>
      </div>
    </Dialog>
  );
}
