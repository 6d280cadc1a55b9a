/** The parts of a text: what stands between, and what was found. */
export interface Found {
  kind: "email" | "phone";
  at: number;
  text: string;
}

/** "@" as it is written in texts, addresses and markup. */
const AT = /@|＠|%(?:25)?40|&#0*64;|&#x0*40;|&commat;|\\u0040/giu;
/** What an address begins with, up to its "@". Signs that sentences and addresses of pages use too count between letters only; invisible ones hide nothing. */
const LOCAL = /(?:"[^"\s@]{1,64}"|(?:[\p{L}\p{N}\p{Cf}_+.%-]|(?<=[\p{L}\p{N}])['!#$*^{}~](?=[\p{L}\p{N}]))+)$/u;
const DOMAIN = /^(?:\p{Cf}*(?:[\p{L}\p{N}][\p{L}\p{N}\p{Cf}-]{0,62}\.)+\p{L}[\p{L}\p{N}\p{Cf}-]{1,62}|\[[0-9a-f.:]{3,45}\])/iu;
/** How far from the "@" an address may begin and end. */
const REACH = { before: 130, after: 260 };

function findEmails(text: string): Found[] {
  const found: Found[] = [];
  let end = 0;
  for (const { index, 0: sign } of text.matchAll(AT)) {
    const [local] = LOCAL.exec(text.slice(Math.max(end, index - REACH.before), index)) ?? [];
    const from = index + sign.length;
    const [domain] = DOMAIN.exec(text.slice(from, from + REACH.after)) ?? [];
    if (local === undefined || domain === undefined) continue;
    const address = local + sign + domain;
    if (IS_PICTURE.test(address)) continue;
    found.push({ kind: "email", at: index - local.length, text: address });
    end = from + domain.length;
  }
  return found;
}

/** A picture for a dense screen is no address: `logo@2x.png`. */
const IS_PICTURE = /@\dx\.(png|jpe?g|gif|svg|webp|avif)$/i;

const GAP = String.raw`[ \u00a0().\u2010-\u2013/-]{0,3}`;
const PLUS = String.raw`(?:\+|＋|%(?:25)?2B|&#0*43;|&plus;)`;
/** `+` and 7 to 15 digits (E.164), written in any groups. */
const INTERNATIONAL = String.raw`${PLUS}[1-9](?:${GAP}\d){6,14}(?!\d)`;
/** 0 or 00 and 9 to 15 digits in all, the first group perhaps in brackets. */
const NATIONAL = String.raw`\(?0\d{1,5}\)?(?:[ \u00a0.\u2010-\u2013/-]{0,2}\d){5,13}(?!\d)`;
/** North American numbers: grouped, or ten digits that can be one. */
const AMERICAN = String.raw`(?:1[ .-]?)?(?:\([2-9]\d{2}\) ?|[2-9]\d{2}[ .\u2010-\u2013-])\d{3}[ .\u2010-\u2013-]\d{4}(?!\d)|1?[2-9]\d{2}[2-9]\d{6}(?!\d)`;
const BEFORE = String.raw`(?<![\p{L}\p{N}_+.,:#$&=/-])`;
const PHONE = new RegExp(
  String.raw`(?=[+＋%&(\d])(?:(?<![\p{L}\p{N}_+])${INTERNATIONAL}|${BEFORE}(?:${NATIONAL}|${AMERICAN})(?![\p{L}\p{N}_]))`,
  "giu",
);
const PHONE_IN_ID = new RegExp(INTERNATIONAL, "giu");

const IS_DATE = /^\d\d[-./]\d\d[-./]\d{4}|^0?\d{4}[-./]\d\d[-./]\d\d/;

/** Most texts are neither: these are quick to say so. */
const MAY_BE_EMAIL = /@|＠|40|64;|&commat;/i;
const MAY_BE_PHONE = /\d(?:\D*\d){6}/;

/** Everything in a text that is an email address or a telephone number by its structure, from the front. In ids only numbers with `+` count. */
export function findPeople(text: string, isId: boolean): Found[] {
  const found = MAY_BE_EMAIL.test(text) ? findEmails(text) : [];
  if (!MAY_BE_PHONE.test(text)) return found;
  const isTaken = (at: number, length: number): boolean => found.some((one) => at < one.at + one.text.length && one.at < at + length);
  const phones: Found[] = [];
  for (const match of text.matchAll(isId ? PHONE_IN_ID : PHONE)) {
    const [number] = match;
    const digits = digitsOf(number);
    if (digits < 7 || digits > 15 || (number.startsWith("0") && digits < 9) || IS_DATE.test(number) || isTaken(match.index, number.length))
      continue;
    phones.push({ kind: "phone", at: match.index, text: number });
  }
  return [...found, ...phones].toSorted((a, b) => a.at - b.at);
}

/** Digits of a number; the code of an encoded "+" is none of them. */
function digitsOf(number: string): number {
  return number.replace(/^(%(?:25)?2B|&#0*43;)/i, "").replaceAll(/\D/g, "").length;
}
