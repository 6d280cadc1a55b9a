import { isJsonObject, type Json } from "../../lib/json.ts";
import type { Sections, Shown } from "../../policy/sections.ts";
import { findPeople } from "./privacy-find.ts";
import { isIdName, kindOf, type PersonalKind } from "./privacy-fields.ts";
import { HIDDEN } from "./privacy-tokens.ts";

type Privacy = Sections["privacy"];

/** Takes people's data out of what an agent gets. */
export interface Veil {
  value(value: Json): Json;
  text(text: string): string;
  /** How many emails, numbers and names there were, shown or not. */
  people(): number;
}

/** Files of people's data that are fetched outside of the gateway, where nothing is taken out of them. */
const FILES: Record<string, string[]> = {
  "profile-bulk-export-job": ["download_url", "url", "links"],
  "event-bulk-export-job": ["download_url", "url", "links"],
  download: ["links", "download_url", "url", "location", "href"],
};

/** A veil by the policy; `tokenOf` gives the token of a value and sees to it that it can be put back. */
export function createVeil(privacy: Privacy, tokenOf: (kind: PersonalKind, text: string) => string): Veil {
  let people = 0;
  const shown: Record<PersonalKind, Shown> = { email: privacy.email, phone: privacy.phone_number, name: privacy.names };
  const isOpen = privacy.email === "show" && privacy.phone_number === "show" && privacy.names === "show";

  const inPlace = (kind: PersonalKind, text: string): string => {
    people++;
    if (shown[kind] === "show") return text;
    return shown[kind] === "hide" ? HIDDEN[kind] : tokenOf(kind, text);
  };

  function text(whole: string, isId = false): string {
    let result = "";
    let end = 0;
    for (const { kind, at, text: part } of findPeople(whole, isId)) {
      result += whole.slice(end, at) + inPlace(kind, part);
      end = at + part.length;
    }
    return result + whole.slice(end);
  }

  /** Undefined where the member is hidden. */
  function member(type: string, name: string, value: Json): Json | undefined {
    const kind = kindOf(type, name, value);
    if (kind !== undefined) {
      people++;
      if (shown[kind] === "show") return value;
      return shown[kind] === "hide" ? undefined : tokenOf(kind, typeof value === "string" ? value : JSON.stringify(value));
    }
    if (typeof value === "string") return text(value, isIdName(name));
    if (Array.isArray(value)) return value.flatMap((item) => member(type, name, item) ?? []);
    return isJsonObject(value) ? object(type, value) : value;
  }

  function object(outer: string, value: { [key: string]: Json }): Json {
    const type = typeof value["type"] === "string" ? value["type"] : outer;
    const members: [string, Json][] = [];
    for (const [name, inner] of Object.entries(value)) {
      if (!isOpen && (FILES[type]?.includes(name) ?? false) && inner !== null) continue;
      const veiled = member(type, name, inner);
      if (veiled !== undefined) members.push([text(name), veiled]);
    }
    return Object.fromEntries(members);
  }

  return { value: (value) => member("", "", value) ?? null, text: (whole) => text(whole), people: () => people };
}
