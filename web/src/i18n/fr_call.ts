/** A video call: sentences that suit everybody in it. */
export const callFr = {
  connecting: (name: string) => `On vous met en relation avec ${name}…`,
  waitingPicture: (name: string) => `L’image de ${name} arrive…`,
  theirCameraOff: (name: string) => `${name} a coupé sa caméra`,
  theirMicOff: (name: string) => `${name} a coupé son micro`,
  speaking: (name: string) => `${name} parle`,
  you: "Moi",
  flip: "Retourner la caméra",
  cameraIsOff: "Caméra coupée",
  mute: "Couper mon micro",
  unmute: "Remettre mon micro",
  cameraOff: "Couper ma caméra",
  cameraOn: "Mettre ma caméra",
  hangUp: "Raccrocher",
  hangingUp: "On raccroche…",
  help: "Ça ne marche pas ?",
  enableSound: "Activer le son",
  enableSoundWhy: "Le navigateur attend un geste pour laisser passer le son.",
  network: {
    good: "Bonne connexion",
    weak: "Connexion faible : l’image peut être moins nette",
    bad: "Connexion difficile : le son passe d’abord",
    soundOnly: "Son seulement pour l’instant, l’image reviendra",
    unknown: "",
  },
  media: {
    long: "La connexion prend plus de temps que d’habitude…",
    silent: "Plus rien n’arrive pour l’instant…",
    mending: "La connexion s’est coupée. On la rétablit…",
    advice:
      "L’image et le son ne passent pas sur ce réseau. Un autre réseau peut aider (le partage de connexion du téléphone, par exemple). Les messages écrits fonctionnent.",
    noServer:
      "La vidéo n’est pas disponible pour le moment. La page réessaie. Les messages écrits fonctionnent.",
    offer:
      "Ce navigateur ne peut pas faire d’appel vidéo ici. Firefox ou Chrome conviennent. Les messages écrits fonctionnent.",
  },
  interrupted: (name: string) => `${name} a perdu la connexion. On l’attend.`,
  interruptedUntil: (name: string, seconds: number) =>
    `${name} a perdu la connexion. Sa place est gardée encore ${seconds} secondes.`,
  silentMic: "Votre micro semble muet : personne ne vous entend.",
  elsewhere: "Cet appel est ouvert sur une autre page ou un autre appareil.",
  takeHere: "Le continuer ici",
  trouble: {
    title: "Ça ne marche pas ?",
    lead: "Essayez dans cet ordre :",
    dontHear: "Je n’entends pas",
    dontHearTip: "Monter le volume, enlever le mode silencieux, débrancher puis rebrancher le casque.",
    notHeard: "On ne m’entend pas",
    notHeardTip: "Vérifier que le micro n’est pas coupé, ou en choisir un autre ici.",
    noPicture: "L’image est figée",
    noPictureTip: "Couper la caméra : le son passera mieux. Ou relancer la connexion.",
    restart: "Relancer la connexion",
    restarted: "On relance la connexion…",
  },
};

export type CallWords = typeof callFr;
