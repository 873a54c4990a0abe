import { computed } from "@preact/signals";
import { t } from ".";
import { deskEn } from "./en_desk";
import { type DeskWords, deskFr } from "./fr_desk";

/** The sentences of the advisors' console; the other pages do not carry them. */
export const words = computed<DeskWords>(() => (t.value.language === "fr" ? deskFr : deskEn));
