/** What the loader says itself; all else is said inside the frame. */
export interface LoaderWords {
  readonly open: string;
  readonly close: string;
  readonly frame: string;
  readonly unread: (count: number) => string;
  readonly dir: "ltr" | "rtl";
}

const WORDS: Readonly<Record<string, LoaderWords>> = {
  fr: {
    open: "Besoin d’aide ?",
    close: "Fermer l’aide",
    frame: "Aide en ligne",
    unread: (count) => (count === 1 ? "1 nouveau message" : `${count} nouveaux messages`),
    dir: "ltr",
  },
  en: {
    open: "Need help?",
    close: "Close the help",
    frame: "Online help",
    unread: (count) => (count === 1 ? "1 new message" : `${count} new messages`),
    dir: "ltr",
  },
  ar: {
    open: "هل تحتاج إلى مساعدة؟",
    close: "إغلاق المساعدة",
    frame: "المساعدة عبر الإنترنت",
    unread: (count) => (count === 1 ? "رسالة جديدة" : `رسائل جديدة: ${count}`),
    dir: "rtl",
  },
};

/** The words of a language; French where there are none. */
export function wordsOf(language: string): LoaderWords {
  return WORDS[language] ?? (WORDS["fr"] as LoaderWords);
}

/** A language that the help speaks. */
export function spoken(language: string): string {
  const short = language.slice(0, 2).toLowerCase();
  return short in WORDS ? short : "fr";
}
