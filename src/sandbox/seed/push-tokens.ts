import type { Context } from "../engine/context.ts";
import { pushTokens } from "../resources/push-token-rows.ts";
import { DAY_MS, wholeSecond } from "./calendar.ts";
import { fill } from "./fill.ts";
import type { Era, Person } from "./person.ts";
import type { Random } from "./random.ts";

const HEX = "0123456789abcdef";

/** One person in seven has the shop's app. Returns since when push messages reach the person, ms; undefined where they do not. */
export function addDevice(ctx: Context, { index, id, arrived }: Person, random: Random, era: Era): number | undefined {
  if (index % 7 !== 3) return undefined;
  const at = wholeSecond(arrived + (era.nowMs - arrived) * random.next() * 0.4);
  const isApple = random.chance(0.6);
  const hex = (length: number): string => Array.from({ length }, () => HEX[random.below(16)]).join("");
  // Some turn the messages off in their phone.
  const isOff = random.chance(0.15);
  fill(ctx.rows(pushTokens), {
    id: hex(32),
    token: hex(64),
    profile: id,
    platform: isApple ? "ios" : "android",
    vendor: isApple ? "apns" : "fcm",
    status: isOff ? "UNAUTHORIZED" : "AUTHORIZED",
    background: "AVAILABLE",
    metadata: {
      device_id: hex(16),
      os_name: isApple ? "ios" : "android",
      os_version: isApple ? "18.2" : "15",
      app_name: "Harbour & Pine",
      app_version: "3.1.0",
      manufacturer: isApple ? "Apple" : "Google",
    },
    created: at,
    recorded: wholeSecond(Math.max(at, era.nowMs - random.between(1, 60) * DAY_MS)),
  });
  return isOff ? undefined : at;
}
