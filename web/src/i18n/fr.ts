import { callFr } from "./fr_call";
import { checkFr } from "./fr_check";
import { lessonFr } from "./fr_lesson";
import { lister, pluralizer, timer } from "./plural";

const n = pluralizer("fr");
const list = lister("fr");
const { clock, day } = timer("fr");

function since(minutes: number): string {
  if (minutes < 1) return "à l’instant";
  return minutes < 60
    ? `depuis ${n(minutes, "minute", "minutes")}`
    : `depuis ${n(Math.floor(minutes / 60), "heure", "heures")}`;
}

/** All that the pages say. Pupils are addressed as « tu », adults as « vous ». */
export const fr = {
  language: "fr",
  name: "Français",
  dir: "ltr" as "ltr" | "rtl",
  list,
  clock,
  day,
  since,
  common: {
    brand: "Permanence",
    skip: "Aller au contenu",
    changeLanguage: "Langue de la page",
    loading: "Un instant…",
    cancel: "Annuler",
    close: "Fermer",
    back: "Retour",
    save: "Enregistrer",
    retry: "Réessayer",
    yes: "Oui",
    no: "Non",
    signOut: "Me déconnecter",
    checkDevices: "Vérifier le son et l’image",
    photoOf: (name: string) => `Photo de l’exercice de ${name}`,
  },
  subjects: {
    french: "Français",
    maths: "Maths",
    history: "Histoire-géo",
    english: "Anglais",
    science: "Sciences",
    other: "Autre chose",
  } as Record<string, string>,
  presence: {
    here: "là",
    away: "pas devant l’écran",
    lesson: "en leçon",
    resting: "se repose",
    gone: "pas là",
    lessonWith: (name: string) => `en leçon avec ${name}`,
    seenToday: (at: number) => `dernier passage à ${clock(at)}`,
    seenYesterday: "dernier passage hier",
    seenOn: (at: number) => `dernier passage ${day(at)}`,
    neverSeen: "pas encore de passage",
  },
  link: {
    label: "Connexion au service",
    opening: "Connexion…",
    lost: "La connexion est coupée. La page réessaie toute seule, rien n’est perdu.",
    http: "Réseau limité : la page fonctionne, un peu plus lentement.",
    back: "La connexion est revenue.",
  },
  ended: {
    title: "Il faut entrer à nouveau",
    text: "L’accès sur cet appareil est terminé. Il faut reprendre le lien personnel ou taper le code.",
    action: "Entrer avec mon code",
  },
  codes: {
    bad_message: "La page est trop ancienne. Il faut la recharger.",
    not_signed_in: "Il faut entrer à nouveau, avec le lien personnel ou le code.",
    bad_link:
      "Ce lien ou ce code ne marche pas, ou plus. Il faut en demander un nouveau à la personne qui l’a donné.",
    forbidden: "Cela n’est pas permis ici.",
    not_found: "Cela n’existe plus.",
    conflict: "Les choses ont changé entre-temps. La page montre où l’on en est.",
    repeated_differently: "Quelque chose s’est mal passé chez nous. Merci de recommencer.",
    too_many: "C’est un peu trop vite. Encore une minute de patience, et ça ira.",
    too_large: "C’est trop grand. Une photo plus petite, ou un document plus léger, passera.",
    bad_file:
      "Ce fichier ne peut pas être lu ici. Une autre photo, ou le document enregistré en PDF, passera.",
    not_scanned_yet: "La recherche de virus n’est pas terminée. Le document s’ouvrira juste après.",
    infected:
      "Un virus a été trouvé dans ce document : il a été supprimé. Merci d’en envoyer une autre copie.",
    bad_address: "Cette adresse ne peut pas servir. Il faut vérifier comment elle est écrite.",
    bad_offer: "Ce navigateur ne peut pas faire d’appel vidéo ici. Firefox ou Chrome conviennent.",
    no_media_server: "La vidéo n’est pas disponible pour le moment. La question garde sa place.",
    absent: "Cette personne n’est pas là ou fait une pause. Confiez la conversation à la thématique.",
    kept: "Réservée un instant à son conseiller habituel. Vous pourrez la prendre ensuite.",
    closed_now: "La permanence est fermée à cette heure.",
    no_consent: "Il manque l’accord d’un parent. La coordination peut aider.",
    not_enrolled: "L’inscription n’est pas active en ce moment. La coordination peut aider.",
    not_vetted:
      "Votre attestation est à renouveler avant de prendre une question. La coordination peut vous aider.",
    stale: "Un collègue a répondu entre-temps. Lisez sa réponse, puis envoyez ou changez la vôtre.",
    taken: "Un autre bénévole a été plus rapide.",
    busy: "Un appel est déjà en cours. Il passe d’abord.",
    unavailable: "Le service se repose un instant. La page réessaie toute seule.",
    internal: "Quelque chose s’est mal passé chez nous. La page réessaie toute seule.",
    offline: "La connexion est coupée. La page réessaie toute seule.",
    timeout: "La réponse tarde. La page réessaie toute seule.",
  } as Record<string, string>,
  hours: {
    openUntil: (at: number) => `Ouvert jusqu’à ${clock(at)}`,
    closed: "La permanence est fermée.",
    closedUntil: (at: number) => `La permanence ouvre ${day(at)} à ${clock(at)}.`,
  },
  welcome: {
    title: "La permanence",
    lead: "Une question sur les devoirs ? Un bénévole répond, en vidéo, devant la photo de l’exercice.",
    steps: [
      ["Pose ta question", "Avec quelques mots ou une photo du cahier."],
      ["Un bénévole t’appelle", "Tu n’as rien à faire : l’appel commence tout seul."],
      ["Vous cherchez ensemble", "Vous vous voyez, vous vous entendez, vous voyez l’exercice."],
    ] as readonly (readonly [string, string])[],
    codeLabel: "Mon code",
    codeHelp:
      "Il est sur la feuille reçue à l’inscription. Avec le lien ou le QR code, on entre sans rien taper.",
    enter: "Entrer",
    entering: "On ouvre la porte…",
    noCode: "Il faut d’abord taper le code.",
    safe: "Aucune publicité, aucun enregistrement des leçons. Les bénévoles sont connus de la métropole.",
    badLinkTitle: "Ce lien ne marche pas",
  },
  pupil: {
    hello: (name: string) => `Bonjour ${name}`,
    title: "Ma question",
    helpersHere: (names: readonly string[]) =>
      names.length === 1 ? `${list(names)} est là pour t’aider.` : `${list(names)} sont là pour t’aider.`,
    helpersBusy: (names: readonly string[]) =>
      `${list(names)} ${names.length === 1 ? "aide" : "aident"} quelqu’un d’autre en ce moment. Tu peux poser ta question, elle attendra.`,
    helpersNone:
      "Personne n’est là pour l’instant. Tu peux poser ta question : elle sera vue dès que quelqu’un arrive.",
    helpers: "Les bénévoles",
    knows: (count: number) => n(count, "leçon ensemble", "leçons ensemble"),
    which: "C’est sur quoi ?",
    words: "Qu’est-ce que tu ne comprends pas ?",
    wordsHint: "Quelques mots suffisent. Tu peux aussi laisser vide et envoyer une photo.",
    photo: "La photo de l’exercice",
    photoHint: "Si tu veux. Pose le cahier à plat, bien éclairé.",
    takePhoto: "Prendre une photo",
    choosePhoto: "Choisir une photo",
    changePhoto: "Une autre photo",
    removePhoto: "Enlever la photo",
    photoAlt: "Ta photo de l’exercice",
    preparing: "On prépare la photo…",
    sendingPhoto: "La photo part…",
    whom: "Qui doit t’aider ?",
    anyone: "La première personne libre",
    send: "Envoyer ma question",
    chooseSubject: "Choisis d’abord la matière.",
    calls: (name: string) => `${name} t’appelle`,
    sentLater: "Ta question est gardée sur cet appareil. Elle partira dès que la connexion revient.",
    mayNot: {
      no_consent:
        "Avant de poser une question, il faut l’accord d’un de tes parents. Demande-leur d’appeler la coordination.",
      not_enrolled:
        "Ton inscription n’est pas active en ce moment. Demande à un parent d’appeler la coordination.",
      closed_now: "La permanence est fermée à cette heure. Tu peux revenir quand elle ouvre.",
    } as Record<string, string>,
    waiting: {
      title: "Ta question est envoyée",
      ringing: (names: readonly string[]) =>
        names.length === 0 ? "On appelle les bénévoles…" : `On appelle ${list(names)}…`,
      next: "C’est toi le prochain. Dès qu’un bénévole est libre, ça sonne chez lui.",
      ahead: (count: number) => `Il y a ${n(count, "question", "questions")} avant la tienne.`,
      nobodyYet:
        "Personne n’a pu répondre pour l’instant. Ta question garde sa place, et on rappelle tout le monde régulièrement.",
      nobodyHere: "Aucun bénévole n’est là en ce moment. Ta question garde sa place.",
      promised: (name: string, at: number) => `${name} t’appelle vers ${clock(at)}.`,
      starting: (name: string) =>
        name ? `${name} répond ! L’appel commence…` : "Quelqu’un répond ! L’appel commence…",
      what: "L’appel commence tout seul. Garde cette page ouverte.",
      youMay: "Tu peux continuer tes devoirs en attendant.",
      mine: "Ta question",
      change: "Changer ma question",
      cancel: "Je n’ai plus besoin d’aide",
      cancelSure: "Retirer ta question ?",
      cancelText: "Tu perds ta place. Tu pourras en poser une autre quand tu veux.",
      cancelYes: "Oui, la retirer",
      cancelNo: "Non, je la garde",
      preview: "Voilà ce que verra le bénévole",
      cameraOff: "Ta caméra est coupée. Le bénévole t’entendra.",
      enable: "Activer mon micro",
      enableWhy: "Le bénévole doit pouvoir t’entendre : active ton micro.",
    },
    after: {
      title: "La leçon est finie",
      with: (name: string) => `Bravo ! C’était avec ${name}.`,
      theyHungUp: (name: string) => `${name} a raccroché.`,
      lost: "La connexion s’est perdue pendant la leçon. Tu peux reposer ta question, on te rappellera.",
      again: "Poser une autre question",
    },
  },
  volunteer: {
    hello: (name: string) => `Bonjour ${name}`,
    classTitle: "La classe",
    classCount: (here: number, all: number) =>
      here === 0
        ? `personne n’est là pour l’instant, sur ${all}`
        : `${n(here, "élève est là", "élèves sont là")}, sur ${all}`,
    questionsTitle: "Ils ont une question",
    noQuestion: "Personne n’attend. Quand un élève pose une question, ça sonne ici.",
    noQuestionResting: "Personne n’attend.",
    order:
      "D’abord ceux qui ont eu le moins de leçons aujourd’hui, puis ceux qui attendent depuis le plus longtemps.",
    free: "Je suis libre",
    freeText: "Les questions sonnent ici.",
    restingText: "Rien ne sonne. Vous pouvez quand même répondre.",
    freeSwitch: "Faire sonner les questions ici",
    questionOf: (subject: string) => `Une question : ${subject}`,
    asks: (name: string) => `${name} a une question`,
    asksForYou: (name: string) => `${name} a une question et demande si c’est possible avec vous`,
    waits: (minutes: number) => (minutes < 1 ? "vient de demander" : `attend ${since(minutes)}`),
    lessonsToday: (count: number) =>
      count === 0 ? "première leçon de la journée" : `${n(count, "leçon", "leçons")} déjà aujourd’hui`,
    accept: "Répondre",
    acceptName: (name: string) => `Répondre à ${name}`,
    later: "Dans cinq minutes",
    notNow: "Pas maintenant",
    forMe: "souhaite parler avec vous",
    notHere: "a quitté la page ; la question reste",
    callback: (at: number) => `Vous avez promis d’appeler vers ${clock(at)}`,
    takenBy: (volunteer: string, pupil: string) => `${volunteer} est avec ${pupil}`,
    accepting: "On ouvre l’appel…",
    showPhoto: "Voir la photo",
    met: (count: number, day: string) => `${n(count, "leçon", "leçons")} ensemble, la dernière ${day}`,
    metFirst: "Vous ne vous connaissez pas encore",
    today: "aujourd’hui",
    yesterday: "hier",
    noteBefore: "Votre note",
    hasQuestion: "a une question",
    others: "Les bénévoles",
    noteTitle: (name: string) => `La leçon avec ${name} est finie`,
    noteLabel: "Deux lignes pour la prochaine fois",
    noteHint: (name: string) =>
      `Ce qui a aidé, où vous en étiez. Vous les retrouverez à côté de son nom, quand ${name} reviendra.`,
    noteSave: "Garder cette note",
    noteSkip: "Rien à noter",
    noteSaved: "La note est gardée.",
    coordinator: "Vous voyez la classe comme elle est. Seuls les bénévoles répondent.",
    sound: "Activer la sonnerie",
    soundWhy: "Pour entendre quand un élève appelle.",
    soundStop: "Arrêter la sonnerie",
    notify: "Me prévenir quand la page est cachée",
    tabRings: (name: string) => `📞 ${name} a une question`,
    notification: (name: string, subject: string) => `${name} a une question : ${subject}`,
    checkFirst: "Avant le premier appel, une minute pour vérifier que l’on vous entend.",
    soundAndImage: "Mon son et mon image",
  },
  check: checkFr,
  call: callFr,
  lesson: lessonFr,
};

export type Messages = typeof fr;
