import { buildRequest } from "../../catalog/request.ts";
import { HalyardError } from "../../lib/errors.ts";
import { isJsonObject } from "../../lib/json.ts";
import { WEEKDAYS, type Facts, type Unknown } from "../../policy/facts.ts";
import type { ConnectionRow } from "../../store/tables/connections.ts";
import type { GateParts } from "../call.ts";
import { credentialsOf } from "../credentials.ts";

/** A time zone that was read this long ago is read again. */
const FRESH_MS = 24 * 3_600_000;

/** The account's time zone, an IANA name; read from the account once a day, and kept in the store under the vault's MAC. Throws where it cannot be read. */
export async function timeZoneOf(parts: GateParts, connection: ConnectionRow): Promise<string> {
  const { store, clock, vault } = parts;
  const key = `timezone.${connection.id}`;
  const now = clock.now();
  const macOf = (at: number, zone: string): string =>
    vault.mac(JSON.stringify([connection.id, connection.account_id, at, zone]), "time zone");
  const kept = await store.meta.get(key);
  const [at, zone, mac] = kept === undefined ? [] : (JSON.parse(kept) as [number, string, string]);
  if (at !== undefined && zone !== undefined && Math.abs(now - at) < FRESH_MS && mac === macOf(at, zone)) return zone;
  const read = await readTimeZone(parts, connection);
  await store.meta.set(key, JSON.stringify([now, read, macOf(now, read)]));
  return read;
}

async function readTimeZone(parts: GateParts, connection: ConnectionRow): Promise<string> {
  const reader = parts.catalog.find("get_accounts");
  if (!reader) throw new HalyardError("internal", "The catalog cannot read accounts.");
  const request = buildRequest(reader, {}, { account_id: connection.account_id });
  const { body } = await parts.client.read(reader, request, await credentialsOf(parts, connection));
  const data = isJsonObject(body) && Array.isArray(body["data"]) ? body["data"] : [];
  const account = data.find((one) => isJsonObject(one) && one["id"] === connection.account_id);
  const attributes = isJsonObject(account) && isJsonObject(account["attributes"]) ? account["attributes"] : {};
  const { timezone } = attributes;
  if (typeof timezone !== "string" || !isTimeZone(timezone))
    throw new HalyardError("answer_malformed", "The account names no time zone that is known here.");
  return timezone;
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** Time of day (`HH:MM`) and weekday in a time zone. */
export function clockFacts(timeZone: string | Unknown, nowMs: number): Pick<Facts, "local_time" | "weekday"> {
  if (typeof timeZone !== "string") return { local_time: timeZone, weekday: timeZone };
  const format = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", weekday: "short", hourCycle: "h23" });
  const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, value]));
  const day = WEEKDAYS.find((name) => name === parts.get("weekday")?.toLowerCase());
  return { local_time: `${parts.get("hour")}:${parts.get("minute")}`, weekday: day ?? { unknown: "the time zone does not tell it" } };
}
