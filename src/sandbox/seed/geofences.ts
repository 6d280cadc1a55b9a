import type { Context } from "../engine/context.ts";
import { geofences } from "../resources/geofences.ts";

/** Around the shop, the roastery, and two markets: latitude, longitude and metres. */
const FENCES = [
  [43.6561, -70.2478, 150],
  [43.6614, -70.2553, 300],
  [43.6545, -70.2621, 500],
  [42.3601, -71.0547, 250],
] as const;

export function seedGeofences(ctx: Context): void {
  for (const [latitude, longitude, radius] of FENCES) ctx.rows(geofences).put({ id: ctx.ids.ulid(ctx.now), latitude, longitude, radius });
}
