import type { Json } from "../../lib/json.ts";

export type PersonalKind = "email" | "phone" | "name";

/** What a member holds by its name: the grammar of the value need not show it. */
const EMAIL_NAME = /(^|[_$ .-])e-?mails?([_ -]?(address|addresses))?$|emails?$/i;
const PHONE_NAME = /phone|mobile|msisdn|(^|[_$ .-])(tel|fax|cell|sms_number|whatsapp_number)$|^(sender_identifier|forwarding_number)$/i;
const PERSON_NAME = /^\$?(first_?name|last_?name|full_?name|middle_?name)$/i;
const ID_NAME = /(^|_)(ids?|uuid|token|key|code|sku|cursor|hash|digest)$|^_kx$/i;

/** Members that hold a person's name in resources of one type only. */
const NAMES_BY_TYPE: Record<string, string[]> = { review: ["author"] };

/** A number as people write it, and nothing else. */
const DIALLED = /^[\s\d+().\u2010-\u2013/-]{5,40}$/;

/** Which kind of personal value a member holds as a whole; undefined where its text has to be looked through. */
export function kindOf(type: string, name: string, value: Json): PersonalKind | undefined {
  if (typeof value === "number") return PHONE_NAME.test(name) && Math.abs(value) >= 100_000 ? "phone" : undefined;
  if (typeof value !== "string" || value.trim() === "") return undefined;
  if (PERSON_NAME.test(name) || NAMES_BY_TYPE[type]?.includes(name)) return "name";
  if (EMAIL_NAME.test(name) && /^[^\s<>,;]+[@＠][^\s<>,;]+$/.test(value)) return "email";
  if (PHONE_NAME.test(name) && DIALLED.test(value) && value.replaceAll(/\D/g, "").length >= 5) return "phone";
  return undefined;
}

/** Whether a member's text is an identifier, in which runs of digits are no telephone numbers. */
export function isIdName(name: string): boolean {
  return ID_NAME.test(name);
}
