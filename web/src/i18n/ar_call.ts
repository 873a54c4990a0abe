import type { Messages } from "./fr";
import type { CallWords } from "./fr_call";

/** A video call in Arabic. */
export const callAr: CallWords = {
  connecting: (name) => `جارٍ توصيلك مع ${name}…`,
  waitingPicture: (name) => `صورة ${name} في الطريق…`,
  theirCameraOff: (name) => `أوقف ${name} الكاميرا`,
  theirMicOff: (name) => `أوقف ${name} الميكروفون`,
  speaking: (name) => `${name} يتحدث`,
  you: "أنا",
  flip: "تبديل الكاميرا",
  cameraIsOff: "الكاميرا متوقفة",
  mute: "إيقاف الميكروفون",
  unmute: "تشغيل الميكروفون",
  cameraOff: "إيقاف الكاميرا",
  cameraOn: "تشغيل الكاميرا",
  hangUp: "إنهاء المكالمة",
  hangingUp: "جارٍ إنهاء المكالمة…",
  help: "هل هناك مشكلة؟",
  enableSound: "تشغيل الصوت",
  enableSoundWhy: "ينتظر المتصفح لمسة منك لتشغيل الصوت.",
  network: {
    good: "الاتصال جيد",
    weak: "الاتصال ضعيف: قد تكون الصورة أقل وضوحًا",
    bad: "الاتصال صعب: الصوت أولًا",
    soundOnly: "الصوت فقط الآن، ستعود الصورة",
    unknown: "",
  },
  media: {
    long: "يستغرق الاتصال وقتًا أطول من المعتاد…",
    silent: "لا يصل شيء في الوقت الحالي…",
    mending: "انقطع الاتصال. نحاول إعادته…",
    advice: "الصوت والصورة لا يمران عبر هذه الشبكة. قد تساعد شبكة أخرى. الرسائل المكتوبة تعمل.",
    noServer: "الفيديو غير متاح الآن. تحاول الصفحة من جديد. الرسائل المكتوبة تعمل.",
    offer:
      "لا يستطيع هذا المتصفح إجراء مكالمة فيديو هنا. يمكنك استعمال Firefox أو Chrome. الرسائل المكتوبة تعمل.",
  },
  interrupted: (name) => `انقطع الاتصال عند ${name}. ننتظر عودته.`,
  interruptedUntil: (name, seconds) => `انقطع الاتصال عند ${name}. ننتظره ${seconds} ثانية أخرى.`,
  silentMic: "يبدو أن الميكروفون صامت: لا أحد يسمعك.",
  elsewhere: "هذه المكالمة مفتوحة في صفحة أخرى أو جهاز آخر.",
  takeHere: "المتابعة هنا",
  trouble: {
    title: "هل هناك مشكلة؟",
    lead: "جرّب بهذا الترتيب:",
    dontHear: "لا أسمع",
    dontHearTip: "ارفع الصوت، وألغِ الوضع الصامت، وافصل السماعة ثم أعد وصلها.",
    notHeard: "لا يسمعونني",
    notHeardTip: "تأكد من أن الميكروفون ليس متوقفًا، أو اختر غيره هنا.",
    noPicture: "الصورة متوقفة",
    noPictureTip: "أوقف الكاميرا: سيمر الصوت بشكل أفضل. أو أعد الاتصال.",
    restart: "إعادة الاتصال",
    restarted: "جارٍ إعادة الاتصال…",
  },
};

const AGAIN = "ثم حاول مرة أخرى.";

/** What goes wrong with microphone and camera, and the way out. */
export const checkAr: Pick<
  Messages["check"],
  "microphone" | "camera" | "micLevel" | "device" | "trouble" | "remedy"
> = {
  microphone: "الميكروفون",
  camera: "الكاميرا",
  micLevel: "مستوى الميكروفون",
  device: (index) => `الجهاز ${index}`,
  trouble: {
    microphone: {
      refused: "تم رفض الميكروفون.",
      blocked: "الجهاز نفسه يمنع الميكروفون عن هذا المتصفح.",
      missing: "لم يتم العثور على ميكروفون.",
      in_use: "يستعمل برنامج آخر الميكروفون.",
      insecure: "لا يفتح المتصفح الميكروفون هنا: يجب أن يبدأ عنوان الصفحة بـ https.",
      unknown: "لم يعمل الميكروفون.",
    },
    camera: {
      refused: "تم رفض الكاميرا.",
      blocked: "الجهاز نفسه يمنع الكاميرا عن هذا المتصفح.",
      missing: "لم يتم العثور على كاميرا.",
      in_use: "يستعمل برنامج آخر الكاميرا.",
      insecure: "لا يفتح المتصفح الكاميرا هنا: يجب أن يبدأ عنوان الصفحة بـ https.",
      unknown: "لم تعمل الكاميرا.",
    },
  },
  remedy: {
    refused: {
      chromium: `المس الرمز بجانب عنوان الصفحة، واسمح بالميكروفون والكاميرا، ${AGAIN}`,
      firefox: `المس الرمز المشطوب بجانب عنوان الصفحة وألغِ الرفض، ${AGAIN}`,
      safari: `افتح إعدادات هذا الموقع في Safari، واسمح بالميكروفون والكاميرا، ${AGAIN}`,
      other: `افتح إعدادات المتصفح لهذه الصفحة، واسمح بالميكروفون والكاميرا، ${AGAIN}`,
    },
    blocked: {
      windows: "في إعدادات Windows، الخصوصية، الميكروفون (أو الكاميرا): اسمح للمتصفح.",
      mac: "في إعدادات Mac، الخصوصية والأمان، الميكروفون (أو الكاميرا): اسمح للمتصفح.",
      phone: "في إعدادات الهاتف، التطبيقات، المتصفح، الأذونات: اسمح.",
      other: "في إعدادات الجهاز، اسمح للمتصفح باستعمال الميكروفون والكاميرا.",
    },
    missing: `صِل سماعة أو كاميرا، ${AGAIN}`,
    in_use: `أغلق المكالمات والبرامج الأخرى، ${AGAIN}`,
    insecure: "اطلب من المسؤول عن الموقع عنوانًا يبدأ بـ https.",
    unknown: `افصل الجهاز ثم أعد وصله، أو أعد تشغيل المتصفح، ${AGAIN}`,
  },
};

export const commonAr: Pick<Messages["common"], "close" | "retry" | "loading"> = {
  close: "إغلاق",
  retry: "حاول مرة أخرى",
  loading: "لحظة…",
};
