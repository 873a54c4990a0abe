import { h, sentence } from "../../i18n/help";
import type { Documents, Parcel } from "../../state/help_documents";
import { Icon } from "../../ui/icons";

/** The same bytes would be refused again, or are gone from here. */
const FINAL: ReadonlySet<string> = new Set(["interrupted", "too_large", "bad_file"]);

/** Documents on their way, with how far they are. */
export function Parcels({ documents }: { documents: Documents }) {
  const parcels = documents.parcels.value;
  if (parcels.length === 0) return null;
  return (
    <ul class="messages-list" aria-label={h.value.documents.add}>
      {parcels.map((parcel) => (
        <Row key={parcel.key} parcel={parcel} documents={documents} />
      ))}
    </ul>
  );
}

function Row({ parcel, documents }: { parcel: Parcel; documents: Documents }) {
  const say = h.value.documents;
  const percent = parcel.size > 0 ? Math.floor((parcel.sent / parcel.size) * 100) : 0;
  const failed = parcel.state === "failed";
  const words = failed
    ? `${h.value.talk.states.failed}. ${sentence(parcel.code ?? "")}`
    : parcel.state === "stalled"
      ? say.stalled
      : say.sending(percent);
  return (
    <li class="said" data-mine="true" data-way={failed ? "failed" : "waiting"}>
      <div class="bubble document" data-mine="true">
        <Icon name="document" />
        <div class="document-words">
          <span class="document-name" dir="auto">
            {parcel.name}
          </span>
          {!failed && (
            <progress max={100} value={percent} aria-label={`${parcel.name} : ${say.sending(percent)}`} />
          )}
          <span class="small" role={failed ? "alert" : undefined}>
            {words}
          </span>
        </div>
      </div>
      <p class="said-meta">
        {failed && !FINAL.has(parcel.code ?? "") && (
          <button type="button" class="link" onClick={() => documents.retry(parcel.key)}>
            {h.value.talk.again}
          </button>
        )}
        <button type="button" class="link" onClick={() => documents.remove(parcel.key)}>
          {failed ? h.value.talk.remove : say.stop}
        </button>
      </p>
    </li>
  );
}
