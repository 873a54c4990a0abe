import { t } from "../i18n";
import type { Kind, Trouble } from "../state/devices";
import { Notice } from "../ui/notice";

/** Which browser, as far as its settings are found in different places. */
export function browserFamily(agent: string): "chromium" | "firefox" | "safari" | "other" {
  if (/Firefox|FxiOS/.test(agent)) return "firefox";
  if (/Chrome|Chromium|CriOS|Edg/.test(agent)) return "chromium";
  return /Safari/.test(agent) ? "safari" : "other";
}

export function systemFamily(agent: string): "windows" | "mac" | "phone" | "other" {
  if (/Android|iPhone|iPad/.test(agent)) return "phone";
  if (/Windows/.test(agent)) return "windows";
  return /Macintosh/.test(agent) ? "mac" : "other";
}

/** What went wrong, and the way out on this browser. */
export function TroubleNotice({ kind, trouble }: { kind: Kind; trouble: Trouble }) {
  const words = t.value.check;
  const agent = navigator.userAgent;
  const remedy =
    trouble === "refused"
      ? words.remedy.refused[browserFamily(agent)]
      : trouble === "blocked"
        ? words.remedy.blocked[systemFamily(agent)]
        : words.remedy[trouble];
  return (
    <div role="alert">
      <Notice tone="warn">
        <strong>{words.trouble[kind][trouble]}</strong> {remedy}
      </Notice>
    </div>
  );
}
