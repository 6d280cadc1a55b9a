import type { JsonObject } from "../../lib/json.ts";
import { textOf } from "../engine/input.ts";

/** The 27 members of the European Union: code, dialling code, English name. */
const EUROPEAN_UNION: [code: string, dial: string, name: string][] = [
  ["AT", "+43", "Austria"],
  ["BE", "+32", "Belgium"],
  ["BG", "+359", "Bulgaria"],
  ["HR", "+385", "Croatia"],
  ["CY", "+357", "Cyprus"],
  ["CZ", "+420", "Czechia"],
  ["DK", "+45", "Denmark"],
  ["EE", "+372", "Estonia"],
  ["FI", "+358", "Finland"],
  ["FR", "+33", "France"],
  ["DE", "+49", "Germany"],
  ["GR", "+30", "Greece"],
  ["HU", "+36", "Hungary"],
  ["IE", "+353", "Ireland"],
  ["IT", "+39", "Italy"],
  ["LV", "+371", "Latvia"],
  ["LT", "+370", "Lithuania"],
  ["LU", "+352", "Luxembourg"],
  ["MT", "+356", "Malta"],
  ["NL", "+31", "Netherlands"],
  ["PL", "+48", "Poland"],
  ["PT", "+351", "Portugal"],
  ["RO", "+40", "Romania"],
  ["SK", "+421", "Slovakia"],
  ["SI", "+386", "Slovenia"],
  ["ES", "+34", "Spain"],
  ["SE", "+46", "Sweden"],
];

/** Further countries by dialling code. The United States and Canada share +1: the number alone cannot tell them apart. */
const OTHERS: [code: string, dial: string, name: string][] = [
  ["US", "+1", "United States"],
  ["CA", "+1", "Canada"],
  ["GB", "+44", "United Kingdom"],
  ["AU", "+61", "Australia"],
  ["NZ", "+64", "New Zealand"],
  ["CH", "+41", "Switzerland"],
  ["NO", "+47", "Norway"],
  ["JP", "+81", "Japan"],
  ["MX", "+52", "Mexico"],
  ["BR", "+55", "Brazil"],
  ["IN", "+91", "India"],
  ["ZA", "+27", "South Africa"],
  ["SG", "+65", "Singapore"],
  ["AE", "+971", "United Arab Emirates"],
  ["IL", "+972", "Israel"],
];

const COUNTRIES = [...EUROPEAN_UNION, ...OTHERS];
const ALIASES: Record<string, string> = {
  usa: "US",
  "united states of america": "US",
  "czech republic": "CZ",
  uk: "GB",
  "great britain": "GB",
  "the netherlands": "NL",
};
const CODES = new Map<string, string>([
  ...COUNTRIES.flatMap(([code, , name]): [string, string][] => [
    [code.toLowerCase(), code],
    [name.toLowerCase(), code],
  ]),
  ...Object.entries(ALIASES),
]);
const UNION_CODES = new Set(EUROPEAN_UNION.map(([code]) => code));

/** Two-letter code of a country given by code or English name; undefined for one that is not in the table. */
export function countryCodeOf(country: string | undefined): string | undefined {
  return CODES.get((country ?? "").trim().toLowerCase());
}

/** Dialling codes of a country code. */
export function dialCodesOf(code: string): string[] {
  return COUNTRIES.filter(([each]) => each === code.toUpperCase()).map(([, dial]) => dial);
}

/** Whether a location's country lies in a region of `profile-region`. Nobody without a known country does. */
export function isInRegion(location: JsonObject | undefined, region: string): boolean {
  const code = countryCodeOf(textOf(location?.["country"]));
  if (code === undefined) return false;
  return region === "united_states" ? code === "US" : UNION_CODES.has(code);
}
