import { defineResource } from "../engine/declare.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export interface GeofenceRow extends Row {
  latitude: number;
  longitude: number;
  /** Metres. */
  radius: number;
}

export const geofences = defineCollection<GeofenceRow>("geofences");

/** Geofences: drawn in the account, only read by the API. */
export const geofenceResource = defineResource<GeofenceRow>({
  type: "geofence",
  path: "/client/geofences",
  collection: geofences,
  attributes: ({ latitude, longitude, radius }) => ({ latitude, longitude, radius }),
});
