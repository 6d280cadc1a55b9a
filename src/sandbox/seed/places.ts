import type { JsonObject } from "../../lib/json.ts";
import type { Region } from "./names.ts";

export interface Place {
  /** As in the API. One object for everybody who lives there: an account has many people and few cities. */
  location: JsonObject;
  locale: string;
  names: Region;
  /** Standard time against UTC, hours; nobody's habits hang on daylight saving. */
  offsetHours: number;
  /** A number for fiction: the start in E.164 and how many digits follow. Only some countries have set such ranges aside. */
  phones?: { start: string; digits: number };
}

/** 555-0100 to 555-0199 are kept for fiction in every area code of North America. */
const american = (area: number): NonNullable<Place["phones"]> => ({ start: `+1${area}55501`, digits: 2 });
/** Ofcom's mobile numbers for drama. */
const BRITISH = { start: "+447700900", digits: 3 };
/** ARCEP's mobile numbers for audiovisual works. */
const FRENCH = { start: "+3363998", digits: 4 };

type Line = [
  weight: number,
  city: string,
  region: string,
  zip: string,
  latitude: number,
  longitude: number,
  zone: string,
  offsetHours: number,
  area?: number,
];

const UNITED_STATES: Line[] = [
  [14, "Portland", "Maine", "04101", 43.66, -70.26, "America/New_York", -5, 207],
  [4, "Bangor", "Maine", "04401", 44.8, -68.77, "America/New_York", -5, 207],
  [7, "Boston", "Massachusetts", "02110", 42.36, -71.05, "America/New_York", -5, 617],
  [4, "Burlington", "Vermont", "05401", 44.48, -73.21, "America/New_York", -5, 802],
  [6, "New York", "New York", "10011", 40.74, -74, "America/New_York", -5, 212],
  [4, "Asheville", "North Carolina", "28801", 35.6, -82.55, "America/New_York", -5, 828],
  [4, "Chicago", "Illinois", "60607", 41.88, -87.65, "America/Chicago", -6, 312],
  [3, "Minneapolis", "Minnesota", "55401", 44.98, -93.27, "America/Chicago", -6, 612],
  [3, "Austin", "Texas", "78701", 30.27, -97.74, "America/Chicago", -6, 512],
  [4, "Denver", "Colorado", "80202", 39.75, -104.99, "America/Denver", -7, 303],
  [2, "Santa Fe", "New Mexico", "87501", 35.69, -105.94, "America/Denver", -7, 505],
  [4, "Seattle", "Washington", "98101", 47.61, -122.34, "America/Los_Angeles", -8, 206],
  [3, "Portland", "Oregon", "97205", 45.52, -122.69, "America/Los_Angeles", -8, 503],
];
const CANADA: Line[] = [
  [4, "Halifax", "Nova Scotia", "B3J 1S9", 44.65, -63.57, "America/Halifax", -4, 902],
  [3, "Toronto", "Ontario", "M5V 2T6", 43.64, -79.39, "America/Toronto", -5, 416],
  [2, "Vancouver", "British Columbia", "V6B 1A1", 49.28, -123.11, "America/Vancouver", -8, 604],
];
const QUEBEC: Line[] = [[2, "Montréal", "Quebec", "H2Y 1C6", 45.5, -73.56, "America/Toronto", -5, 514]];

/** Where people live, each place as often as its weight says. */
export const PLACES: [Place, ...Place[]] = nonEmpty([
  ...places("United States", "en-US", "english", UNITED_STATES),
  ...places("Canada", "en-CA", "english", CANADA),
  ...places("Canada", "fr-CA", "french", QUEBEC),
  ...places(
    "United Kingdom",
    "en-GB",
    "english",
    [
      [4, "London", "England", "SE1 9SG", 51.5, -0.09, "Europe/London", 0],
      [2, "Edinburgh", "Scotland", "EH1 1YZ", 55.95, -3.19, "Europe/London", 0],
    ],
    BRITISH,
  ),
  ...places("Ireland", "en-IE", "english", [[1, "Galway", "Connacht", "H91 E2K3", 53.27, -9.05, "Europe/Dublin", 0]]),
  ...places("France", "fr-FR", "french", [[2, "Lyon", "Auvergne-Rhône-Alpes", "69002", 45.76, 4.83, "Europe/Paris", 1]], FRENCH),
  ...places("Germany", "de-DE", "german", [
    [2, "Hamburg", "Hamburg", "20457", 53.54, 9.99, "Europe/Berlin", 1],
    [2, "Munich", "Bavaria", "80331", 48.14, 11.57, "Europe/Berlin", 1],
  ]),
  ...places("Sweden", "sv-SE", "nordic", [[2, "Gothenburg", "Västra Götaland", "411 03", 57.71, 11.97, "Europe/Stockholm", 1]]),
  ...places("Spain", "es-ES", "spanish", [[1, "Bilbao", "Basque Country", "48001", 43.26, -2.92, "Europe/Madrid", 1]]),
  ...places("Japan", "ja-JP", "eastAsian", [[1, "Sapporo", "Hokkaido", "060-0001", 43.06, 141.35, "Asia/Tokyo", 9]]),
  ...places("Australia", "en-AU", "english", [[1, "Hobart", "Tasmania", "7000", -42.88, 147.33, "Australia/Hobart", 10]]),
]);

function places(country: string, locale: string, names: Region, lines: Line[], phones?: Place["phones"]): Place[] {
  return lines.flatMap(([weight, city, region, zip, latitude, longitude, timezone, offsetHours, area]) => {
    const numbers = area === undefined ? phones : american(area);
    const location = { city, region, zip, country, latitude, longitude, timezone };
    const place: Place = { location, locale, names, offsetHours, ...(numbers && { phones: numbers }) };
    return Array.from({ length: weight }, () => place);
  });
}

function nonEmpty<T>([first, ...rest]: T[]): [T, ...T[]] {
  if (first === undefined) throw new Error("There are no places");
  return [first, ...rest];
}
