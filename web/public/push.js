// Shows that an answer is there. A push holds no data, so nothing of a conversation passes through anybody's server.
const words = {
  fr: ["Vous avez une réponse", "Ouvrez l’aide pour la lire."],
  en: ["You have an answer", "Open the help to read it."],
  ar: ["لديك رد", "افتح المساعدة لقراءته."],
};
const asked = new URL(self.location.href).searchParams;
const language = asked.get("language") ?? "fr";
const home = asked.get("home") ?? "/aide";

self.addEventListener("push", (event) => {
  const [title, body] = words[language] ?? words.fr;
  const dir = language === "ar" ? "rtl" : "ltr";
  event.waitUntil(
    self.registration.showNotification(title, {
      body,
      lang: language,
      dir,
      tag: "answer",
      icon: "/icon.svg",
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(
    self.clients.matchAll({ type: "window" }).then((pages) => {
      const page = pages.find((one) => new URL(one.url).pathname === home);
      return page ? page.focus() : self.clients.openWindow(home);
    }),
  );
});
