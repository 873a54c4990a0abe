/** A person at a glance: first letter and a mark of presence. The words stand beside it. */
export function Initial({ name, presence = "" }: { name: string; presence?: string }) {
  return (
    <span class="initial" data-presence={presence} aria-hidden="true">
      {name.slice(0, String.fromCodePoint(name.codePointAt(0) ?? 32).length)}
    </span>
  );
}
