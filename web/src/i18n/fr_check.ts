/** The device check. `tu` is true for a pupil. */
export const checkFr = {
  title: "Le son et l’image",
  lead: (tu: boolean): string =>
    tu
      ? "Avant ta première question, vérifions que tout marche. Une minute, trois étapes."
      : "Vérifions que tout marche. Une minute, trois étapes.",
  step: (number: number) => `Étape ${number} sur 3`,
  hear: "J’entends",
  heard: "On m’entend",
  seen: "On me voit",
  done: "c’est bon",
  hearAsk: (tu: boolean): string =>
    tu ? "Appuie, et écoute la petite musique." : "Appuyez, et écoutez la petite musique.",
  playTone: "Écouter",
  playAgain: "Écouter encore",
  didYouHear: (tu: boolean): string => (tu ? "Tu as entendu ?" : "Avez-vous entendu ?"),
  heardYes: "Oui, j’entends",
  heardNo: "Non, rien",
  noSoundHelp: (tu: boolean): string[] =>
    tu
      ? [
          "Monte le volume de l’appareil.",
          "Si un casque est branché, enlève-le ou mets-le sur tes oreilles.",
          "Sur un téléphone, enlève le mode silencieux.",
        ]
      : [
          "Montez le volume de l’appareil.",
          "Si un casque est branché, débranchez-le ou mettez-le sur vos oreilles.",
          "Sur une tablette ou un téléphone, enlevez le mode silencieux.",
        ],
  continueAnyway: "Continuer quand même",
  micAsk: (tu: boolean): string =>
    tu
      ? "Le navigateur va te demander s’il peut utiliser le micro. Réponds « Autoriser »."
      : "Le navigateur va demander s’il peut utiliser le micro. Répondez « Autoriser ».",
  micStart: "Essayer le micro",
  micSpeak: (tu: boolean): string =>
    tu ? "Dis quelque chose : la barre doit bouger." : "Dites quelque chose : la barre doit bouger.",
  micLevel: "Niveau du micro",
  micHeard: "On t’entend bien.",
  micHeardAdult: "On vous entend bien.",
  micSilent: (tu: boolean): string =>
    tu
      ? "On n’entend rien. Parle un peu plus fort, ou choisis un autre micro."
      : "On n’entend rien. Parlez un peu plus fort, ou choisissez un autre micro.",
  micGood: "Continuer",
  microphone: "Micro",
  camera: "Caméra",
  noMic: (tu: boolean): string => (tu ? "Continuer sans micro, en écrivant" : "Continuer sans micro"),
  camAsk: (tu: boolean): string =>
    tu
      ? "La caméra n’est pas obligatoire. Le bénévole peut t’aider sans te voir."
      : "L’élève sera content de vous voir. La caméra n’est pas obligatoire.",
  camStart: "Essayer la caméra",
  camPreview: "Image de la caméra",
  camGood: "On me voit, c’est bon",
  camSkip: "Sans caméra",
  finish: "Terminer",
  ready: (tu: boolean): string => (tu ? "Tout est prêt !" : "Tout est prêt."),
  redo: "Refaire",
  device: (index: number) => `Appareil ${index}`,
  trouble: {
    microphone: {
      refused: "Le micro a été refusé.",
      blocked: "L’appareil lui-même bloque le micro pour ce navigateur.",
      missing: "Aucun micro n’a été trouvé.",
      in_use: "Le micro est déjà utilisé par un autre programme.",
      insecure: "Ici, le navigateur n’ouvre pas le micro : l’adresse de la page doit commencer par https.",
      unknown: "Le micro n’a pas pu démarrer.",
    },
    camera: {
      refused: "La caméra a été refusée.",
      blocked: "L’appareil lui-même bloque la caméra pour ce navigateur.",
      missing: "Aucune caméra n’a été trouvée.",
      in_use: "La caméra est déjà utilisée par un autre programme.",
      insecure: "Ici, le navigateur n’ouvre pas la caméra : l’adresse de la page doit commencer par https.",
      unknown: "La caméra n’a pas pu démarrer.",
    },
  },
  remedy: {
    refused: {
      chromium:
        "Toucher l’icône à gauche de l’adresse de la page, puis « Micro » ou « Caméra », et choisir « Autoriser ». Ensuite, réessayer.",
      firefox: "Toucher l’icône barrée près de l’adresse de la page et effacer le refus. Ensuite, réessayer.",
      safari:
        "Ouvrir le menu « aA » ou Safari › Réglages pour ce site, et mettre Micro et Caméra sur « Autoriser ». Ensuite, réessayer.",
      other:
        "Ouvrir les réglages du navigateur pour cette page et autoriser le micro et la caméra. Ensuite, réessayer.",
    },
    blocked: {
      windows: "Windows : Paramètres › Confidentialité › Micro (ou Caméra), et autoriser le navigateur.",
      mac: "Mac : Réglages Système › Confidentialité et sécurité › Micro (ou Caméra), et cocher le navigateur.",
      phone: "Téléphone ou tablette : Réglages › Applications › le navigateur › Autorisations, et autoriser.",
      other: "Dans les réglages de l’appareil, autoriser le navigateur à utiliser le micro et la caméra.",
    },
    missing: "Brancher un casque ou une webcam, puis réessayer.",
    in_use: "Fermer les autres appels ou programmes (Zoom, WhatsApp, Teams…), puis réessayer.",
    insecure: "Demander à la personne qui s’occupe du site de mettre une adresse en https.",
    unknown: "Débrancher et rebrancher l’appareil, ou redémarrer le navigateur, puis réessayer.",
  },
};
