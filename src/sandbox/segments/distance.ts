import type { JsonObject } from "../../lib/json.ts";
import { numberOf, objectOf, textOf } from "../engine/input.ts";
import type { Condition } from "./condition.ts";
import { placeOf, postalKey, type Place } from "./postal-codes.ts";

const EARTH_KM = 6371;
const MILE_KM = 1.609344;

/**
 * `profile-postal-code-distance`. A profile stands at its stored latitude and longitude, else at its postal code where the table knows it.
 * Two equal codes are 0 apart even when the table knows neither; where no distance can be told the condition is false.
 */
export function distanceCondition(condition: JsonObject): Condition {
  const key = postalKey(textOf(condition["country_code"]), textOf(condition["postal_code"]));
  const centre = placeOf(key);
  const filter = objectOf(condition["filter"]);
  const limitKm = (numberOf(filter["value"]) ?? 0) * (condition["unit"] === "miles" ? MILE_KM : 1);
  return {
    test({ location = {} }) {
      const distanceKm = distance(centre, key, location);
      if (distanceKm === undefined) return false;
      return filter["operator"] === "less-than" ? distanceKm < limitKm : distanceKm > limitKm;
    },
  };
}

function distance(centre: Place | undefined, key: string, location: JsonObject): number | undefined {
  const ownKey = postalKey(textOf(location["country"]), textOf(location["zip"]));
  const [latitude, longitude] = [degrees(location["latitude"]), degrees(location["longitude"])];
  const own = latitude !== undefined && longitude !== undefined ? { latitude, longitude } : placeOf(ownKey);
  if (centre && own) return greatCircleKm(centre, own);
  return ownKey === key ? 0 : undefined;
}

function degrees(value: JsonObject[string] | undefined): number | undefined {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/** Kilometres between two places. */
export function greatCircleKm(a: Place, b: Place): number {
  const radians = (value: number): number => (value * Math.PI) / 180;
  const [height, width] = [radians(b.latitude - a.latitude), radians(b.longitude - a.longitude)];
  const half = Math.sin(height / 2) ** 2 + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * Math.sin(width / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(half));
}
