import { speakAs } from ".";
import { fr } from "./fr";

/** Makes the parts of a call speak a language of the help; only what a call says is there in Arabic. */
export async function speakInCalls(language: string): Promise<void> {
  if (language === "ar") {
    const { callAr, checkAr, commonAr } = await import("./ar_call");
    speakAs({
      ...fr,
      common: { ...fr.common, ...commonAr },
      call: callAr,
      check: { ...fr.check, ...checkAr },
    });
  } else if (language === "en") speakAs((await import("./en")).en);
  else speakAs(fr);
}
