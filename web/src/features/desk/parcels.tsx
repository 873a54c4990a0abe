import { t } from "../../i18n";
import { words } from "../../i18n/desk";
import type { Documents, Parcel } from "../../state/help_documents";
import { Button } from "../../ui/button";

/** Documents on their way, with how far they are; what is cut off goes on from there. */
export function Parcels({ parcels }: { parcels: Documents }) {
  if (parcels.parcels.value.length === 0) return null;
  return (
    <ul class="parcels" aria-label={words.value.documents.onTheirWay}>
      {parcels.parcels.value.map((parcel) => (
        <Row key={parcel.key} parcel={parcel} parcels={parcels} />
      ))}
    </ul>
  );
}

function stateWords(parcel: Parcel): string {
  const say = words.value.documents;
  if (parcel.state === "stalled") return say.stalled;
  if (parcel.code === "interrupted") return say.interrupted;
  return t.value.codes[parcel.code ?? "internal"] ?? "";
}

function Row({ parcel, parcels }: { parcel: Parcel; parcels: Documents }) {
  const say = words.value.documents;
  const failed = parcel.state === "failed";
  return (
    <li class="parcel" data-failed={failed}>
      <span class="document-name">{parcel.name}</span>
      {parcel.state === "sending" ? (
        <progress max={Math.max(1, parcel.size)} value={parcel.sent} aria-label={say.sending(parcel.name)} />
      ) : (
        <span role={failed ? "alert" : undefined}>{stateWords(parcel)}</span>
      )}
      {failed && parcel.code !== "interrupted" && (
        <Button tone="outline" onClick={() => parcels.retry(parcel.key)}>
          {t.value.common.retry}
        </Button>
      )}
      <Button tone="plain" onClick={() => parcels.remove(parcel.key)}>
        {failed ? words.value.talk.remove : t.value.common.cancel}
      </Button>
    </li>
  );
}
