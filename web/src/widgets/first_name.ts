/** How one greets: "Lina B." is Lina, "Claire (coordination)" is Claire. */
export function firstName(name: string): string {
  return name.split(/\s/, 1)[0] ?? name;
}
