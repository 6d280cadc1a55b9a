/** Letters and digits that are drawn like a Latin one: Cyrillic, Greek, digits, and Latin ones among themselves. */
const LIKE: Record<string, string> = {
  ...pairs("аbсdеfgһіјklmnорqrѕtuvwхуz", "abcdefghijklmnopqrstuvwxyz"),
  ...pairs("АВСЕНІЈКМОРЅТХУ", "ABCEHIJKMOPSTXY"),
  ...pairs("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"),
  ...pairs("αικνορτυχγ", "aikvoptuxy"),
  ...pairs("ԛԝѵҫɡɑıℓⅼ", "qwvcgaill"),
  ...pairs("ЗОБ", "3O6"),
};

/** What is drawn alike within the Latin alphabet, told as one: `VIP` and `VlP`, `O` and `0`. */
const DRAWN_ALIKE: [RegExp, string][] = [
  [/[Il1|]/g, "l"],
  [/[O0]/g, "o"],
  [/rn/g, "m"],
  [/vv/gi, "w"],
];

function pairs(from: string, to: string): Record<string, string> {
  const target = [...to];
  return Object.fromEntries([...from].map((character, at) => [character, target[at] ?? character]));
}

/** What a name looks like: two names with the same skeleton can hardly be told apart by eye. */
export function skeletonOf(name: string): string {
  const plain = [...name.normalize("NFKC")].filter((character) => !/\p{Default_Ignorable_Code_Point}|\p{Cc}/u.test(character));
  let text = plain.map((character) => LIKE[character] ?? character).join("");
  for (const [pattern, one] of DRAWN_ALIKE) text = text.replaceAll(pattern, one);
  return text.toLowerCase().replaceAll(/\s+/g, " ").trim();
}

/** Whether two different names look the same. A mere difference of case is one that people see. */
export function looksLike(name: string, other: string): boolean {
  return name !== other && name.toLowerCase() !== other.toLowerCase() && skeletonOf(name) === skeletonOf(other);
}

const LETTERS = { Latin: /\p{Script=Latin}/u, Cyrillic: /\p{Script=Cyrillic}/u, Greek: /\p{Script=Greek}/u };

/** The letters of words that mix alphabets, each with its code point; empty where no word does. */
export function mixedLetters(text: string): string[] {
  const found = new Set<string>();
  for (const [word] of text.matchAll(/[\p{L}\p{M}\p{N}]+/gu)) {
    const letters = [...word];
    if (!letters.some((letter) => LETTERS.Latin.test(letter))) continue;
    for (const letter of letters) {
      const script = (["Cyrillic", "Greek"] as const).find((name) => LETTERS[name].test(letter));
      if (script) found.add(`${letter} is U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")} (${script})`);
    }
  }
  return [...found];
}
