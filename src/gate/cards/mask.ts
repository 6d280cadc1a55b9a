import { isJsonObject, type JsonObject } from "../../lib/json.ts";

/** `a…@example.com`: enough to know someone again, too little to write to them. */
export function maskedEmail(email: string): string {
  const at = email.lastIndexOf("@");
  return at < 1 ? "…" : `${[...email][0]}…${email.slice(at)}`;
}

/** `+49…21`. */
export function maskedNumber(number: string): string {
  return number.length < 7 ? "…" : `${number.slice(0, 3)}…${number.slice(-2)}`;
}

/** A person by what is known of them, masked; null where nothing is. */
export function maskedPerson(profile: JsonObject): string | null {
  const { email, phone_number: number, external_id: own, id } = profile;
  if (typeof email === "string" && email !== "") return maskedEmail(email);
  if (typeof number === "string" && number !== "") return maskedNumber(number);
  const inner = ["attributes", "profile", "data"].map((name) => profile[name]).find((value) => isJsonObject(value));
  const within = isJsonObject(inner) ? maskedPerson(inner) : null;
  if (within !== null) return within;
  const known = typeof id === "string" ? id : own;
  return typeof known === "string" && known !== "" ? known : null;
}
