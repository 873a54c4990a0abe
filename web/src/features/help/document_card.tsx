import { useSignal } from "@preact/signals";
import { h, sentence } from "../../i18n/help";
import { codeOf } from "../../protocol/refusal";
import type { DocumentLine } from "../../state/talk_lines";
import { Icon } from "../../ui/icons";

const READABLE: ReadonlySet<string> = new Set(["clean", "not_scanned"]);
/** Long enough for the browser to have taken it over. */
const REVOKE_MS = 60_000;

/** A document: its name, what the virus scan says, and a button to open it when it may be opened. */
export function DocumentCard({ line, open }: { line: DocumentLine; open: (file: string) => Promise<Blob> }) {
  const say = h.value.documents;
  const busy = useSignal(false);
  const trouble = useSignal("");
  async function show(): Promise<void> {
    busy.value = true;
    trouble.value = "";
    try {
      const address = URL.createObjectURL(await open(line.file));
      const link = document.createElement("a");
      link.href = address;
      link.download = line.name;
      link.click();
      setTimeout(() => URL.revokeObjectURL(address), REVOKE_MS);
    } catch (error) {
      trouble.value = sentence(codeOf(error));
    } finally {
      busy.value = false;
    }
  }
  return (
    <div class="bubble document" data-mine={line.mine} data-scan={line.scan}>
      <Icon name={line.contentType.startsWith("image/") ? "picture" : "document"} />
      <div class="document-words">
        <span class="document-name" dir="auto">
          {line.name}
        </span>
        <span class="small">{[say.size(line.size), say.states[line.scan]].filter(Boolean).join(", ")}</span>
        {trouble.value && (
          <span class="small" role="alert">
            {trouble.value}
          </span>
        )}
      </div>
      {READABLE.has(line.scan) && (
        <button
          type="button"
          class="link"
          aria-label={`${say.open} ${line.name}`}
          aria-disabled={busy.value || undefined}
          onClick={() => !busy.value && void show()}
        >
          {busy.value ? say.preparing : say.open}
        </button>
      )}
    </div>
  );
}
