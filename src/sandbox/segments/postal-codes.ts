import { countryCodeOf } from "./regions.ts";

/** Degrees. */
export interface Place {
  latitude: number;
  longitude: number;
}

/** Rough centres of a few postal codes: enough for a demonstration shop. What is not here has no distance but to itself. */
const PLACES: Record<string, [latitude: number, longitude: number]> = {
  "US 02108": [42.357, -71.064],
  "US 04101": [43.661, -70.256],
  "US 10001": [40.75, -73.997],
  "US 11201": [40.694, -73.99],
  "US 19103": [39.953, -75.174],
  "US 20001": [38.91, -77.018],
  "US 30303": [33.753, -84.39],
  "US 33101": [25.779, -80.198],
  "US 37203": [36.15, -86.79],
  "US 48201": [42.347, -83.06],
  "US 55401": [44.985, -93.27],
  "US 60601": [41.886, -87.618],
  "US 70112": [29.957, -90.077],
  "US 73301": [30.267, -97.743],
  "US 75201": [32.788, -96.799],
  "US 77002": [29.756, -95.365],
  "US 80202": [39.749, -104.999],
  "US 84101": [40.756, -111.897],
  "US 85001": [33.449, -112.077],
  "US 90001": [33.974, -118.249],
  "US 90210": [34.103, -118.41],
  "US 92101": [32.72, -117.163],
  "US 94105": [37.789, -122.394],
  "US 97201": [45.508, -122.69],
  "US 98101": [47.611, -122.334],
  "CA H2X": [45.512, -73.572],
  "CA M5V": [43.64, -79.396],
  "CA V6B": [49.279, -123.114],
  "GB EC1A": [51.52, -0.1],
  "GB SW1W": [51.492, -0.149],
  "GB M1": [53.478, -2.237],
  "GB EH1": [55.951, -3.189],
  "GB B1": [52.48, -1.908],
  "IE D02": [53.339, -6.252],
  "DE 10115": [52.532, 13.385],
  "DE 20095": [53.55, 10.001],
  "DE 50667": [50.938, 6.957],
  "DE 80331": [48.136, 11.573],
  "FR 75001": [48.863, 2.336],
  "FR 69001": [45.77, 4.829],
  "FR 13001": [43.298, 5.382],
  "ES 28001": [40.424, -3.686],
  "ES 08001": [41.38, 2.168],
  "IT 00184": [41.895, 12.493],
  "IT 20121": [45.472, 9.19],
  "NL 1011": [52.373, 4.9],
  "AT 1010": [48.208, 16.37],
  "CH 8001": [47.372, 8.542],
  "AU 2000": [-33.87, 151.208],
  "AU 3000": [-37.814, 144.963],
  "NZ 1010": [-36.849, 174.764],
};

/** `US 04101`: how the table names a postal code; the country may be a code or an English name. */
export function postalKey(country: string | undefined, code: string | undefined): string {
  return `${countryCodeOf(country) ?? country ?? ""} ${(code ?? "").trim().toUpperCase()}`;
}

/** The vendor takes the outward half of British codes; the same is done for Canadian ones and for US ZIP+4. */
export function placeOf(key: string): Place | undefined {
  const known = PLACES[key] ?? PLACES[key.replace(/[\s-]\w{3,4}$/, "")];
  return known && { latitude: known[0], longitude: known[1] };
}
