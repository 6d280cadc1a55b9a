import { createHash } from "node:crypto";
import { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";
import { Secret } from "../lib/secret.ts";

/** No letter that is taken for another: Crockford's base 32. */
const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RANDOM_CHARACTERS = 38;
const CHECK_CHARACTERS = 2;
const GROUP = 5;

/** Eight groups of five characters: 190 random bits, and two characters by which a slip of the pen is told. */
export function newRecoveryPhrase(random: RandomBytes): Secret {
  let text = "";
  for (const byte of random(RANDOM_CHARACTERS)) text += ALPHABET[byte % 32];
  const whole = text + checkOf(text);
  return new Secret(whole.match(new RegExp(`.{${GROUP}}`, "g"))?.join("-") ?? whole);
}

/** The phrase as it was made, however it was typed: any case and spacing, O for 0, I and L for 1. Error `usage`, without a word of what was typed. */
export function parseRecoveryPhrase(typed: Secret): Secret {
  const text = typed.reveal().toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("O", "0").replaceAll(/[IL]/g, "1");
  const body = text.slice(0, RANDOM_CHARACTERS);
  const isWhole = text.length === RANDOM_CHARACTERS + CHECK_CHARACTERS && [...text].every((letter) => ALPHABET.includes(letter));
  if (isWhole && text.slice(RANDOM_CHARACTERS) === checkOf(body)) return new Secret(body);
  throw new HalyardError("usage", "This is not a recovery phrase, or there is a slip in it.", {
    hint: "It has eight groups of five letters and digits, as halyard secrets export-recovery showed them.",
  });
}

function checkOf(text: string): string {
  const [first = 0, second = 0] = createHash("sha256").update(`halyard recovery ${text}`).digest();
  return `${ALPHABET[first % 32]}${ALPHABET[second % 32]}`;
}
