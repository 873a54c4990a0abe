/** Keeps French double punctuation on the line of its word. */
export function typographic(text: string): string {
  return text.replace(/ ([?!:;»])/g, "\u00a0$1").replace(/« /g, "«\u00a0");
}
