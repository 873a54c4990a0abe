import { words } from "../../i18n/desk";
import { Icon } from "../../ui/icons";
import { sizeWords } from "./names";

const OPENS = new Set(["clean", "not_scanned"]);

/** A document: opened only when it may be, with its state in words. */
export function DocumentLink(props: { name: string; size: number; state: string; address: string }) {
  const { name, size, state, address } = props;
  const say = words.value.documents;
  const label = (
    <>
      <Icon name="document" />
      <span class="document-name">{name || say.nameless}</span>
      {size > 0 && <span class="document-size">{sizeWords(size)}</span>}
    </>
  );
  return (
    <div class="document" data-state={state}>
      {OPENS.has(state) ? (
        <a class="document-open" href={address} target="_blank" rel="noopener">
          {label}
          <span class="unseen"> ({say.newTab})</span>
        </a>
      ) : (
        <p class="document-open">{label}</p>
      )}
      {state !== "clean" && <p class="document-state">{say.states[state] ?? say.states["error"]}</p>}
    </div>
  );
}
