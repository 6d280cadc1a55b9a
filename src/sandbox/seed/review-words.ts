/** What people write of a product, by language and by rating; the title goes with the text. */
export const REVIEW_WORDS: Record<Language, Record<Tone, [Words, ...Words[]]>> = {
  en: {
    glad: [
      ["Every morning now", "I did not expect to like this as much as I do. It has replaced what I had before."],
      ["Exactly as described", "Came in three days, packed in paper, smells like the shop. Five stars from the whole kitchen."],
      ["Bought a second one", "The first went to my brother, who did not give it back."],
      ["Worth the wait", "Two weeks on the list and not a day regretted."],
      ["Quiet quality", "Nothing about it shouts. It simply works, also in the rain."],
      ["My third order", "Same as the first two. That is the compliment."],
    ],
    fair: [
      ["Good, with a but", "Does what it should. The lid could sit tighter."],
      ["Solid", "A little dearer than I am used to, yet I see where the money goes."],
      ["Fine for the trail", "Light enough, though mine came with a scratch that nobody but me would notice."],
    ],
    sorry: [
      ["Not for me", "Too dark for my taste, and the bag was torn at the corner."],
      ["Arrived late", "Nice thing, but it came a week after the birthday that it was meant for."],
      ["Runs small", "I had to send it back twice. The people were kind about it."],
    ],
  },
  de: {
    glad: [
      ["Sehr zufrieden", "Hält, was die Beschreibung verspricht. Die Verpackung kommt ganz ohne Plastik aus."],
      ["Jeden Morgen dabei", "Ich wollte nur probieren und habe inzwischen nachbestellt."],
    ],
    fair: [["Ordentlich", "Gute Verarbeitung, die Lieferung nach Hamburg hat allerdings neun Tage gedauert."]],
    sorry: [["Leider zu klein", "Fällt kleiner aus als angegeben. Der Umtausch lief freundlich, aber langsam."]],
  },
  fr: {
    glad: [
      ["Une belle surprise", "Arrivé en six jours, parfumé comme à la boutique. Je recommande."],
      ["Solide et simple", "Rien de superflu, et il a déjà survécu à deux randonnées."],
    ],
    fair: [["Bien, sans plus", "Le produit est correct, la couleur un peu plus sombre que sur la photo."]],
    sorry: [["Déçu", "Le sachet était ouvert à l'arrivée. Le remboursement a été rapide, heureusement."]],
  },
  es: {
    glad: [["Me encanta", "Llegó antes de lo previsto y huele de maravilla. Repetiré."]],
    fair: [["Correcto", "Cumple, aunque esperaba algo más de peso."]],
    sorry: [["No era lo que buscaba", "El tueste es demasiado fuerte para mí."]],
  },
  sv: {
    glad: [["Precis rätt", "Varm, enkel och välgjord. Hela familjen vill låna den."]],
    fair: [["Helt okej", "Bra kvalitet men frakten var dyr."]],
    sorry: [["Fel storlek", "Fick byta en gång, det tog tre veckor."]],
  },
  ja: {
    glad: [["毎朝の楽しみ", "香りがよく、朝の一杯が楽しみになりました。また注文します。"]],
    fair: [["まずまず", "品質は良いのですが、届くまでに二週間かかりました。"]],
    sorry: [["少し残念", "思っていたより小さかったです。"]],
  },
};

/** Of the shop as a whole, in English as most of them are. */
export const STORE_WORDS: [Words, ...Words[]] = [
  ["A shop with a pulse", "They answered in the evening, by name, and the parcel left the next day."],
  ["Like standing at the counter", "You can tell that somebody packs this who drinks it too."],
  ["Kind people", "One parcel got lost. They sent another before I had finished complaining."],
];

export const QUESTIONS: [string, ...string[]] = [
  "Does this fit a carafe of another make?",
  "How long does it keep once it is open?",
  "Is the strap long enough for a winter coat?",
  "Will it be back in green?",
];

export const REPLIES: [string, ...string[]] = [
  "Thank you for telling us. We have put a note on the packing table.",
  "That should not have happened. A new one left this morning.",
  "We are glad that it reached you well. See you on the quay.",
];

export type Tone = "fair" | "glad" | "sorry";
type Language = "de" | "en" | "es" | "fr" | "ja" | "sv";
type Words = [title: string, content: string];

/** The words of somebody with this locale. */
export function wordsFor(locale: string, tone: Tone): [Words, ...Words[]] {
  const language = Object.entries(REVIEW_WORDS).find(([each]) => locale.startsWith(each));
  return (language?.[1] ?? REVIEW_WORDS.en)[tone];
}
