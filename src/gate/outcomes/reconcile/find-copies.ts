import { isJsonObject, type JsonObject } from "../../../lib/json.ts";
import { memberOf } from "./agree.ts";
import { equals, pick } from "./finders.ts";
import { textAt, timeOf, type Finder, type Reader } from "./sighting.ts";

const CHANNELS = ["email", "sms", "mobile_push"];

interface CopyOptions {
  /** The read of what is copied. */
  source: string;
  /** The argument that names the copy. */
  name: string;
  /** Where an answer has its name: `name`, or `definition.name`. */
  at?: "name" | "definition.name";
}

/** A copy: of the name that the call gives it, or else of one that holds the name of what was copied. */
export function copied(
  list: (reader: Reader, args: JsonObject, sinceMs: number) => Promise<Rows | undefined>,
  options: CopyOptions,
): Finder {
  const { source, name, at = "name" } = options;
  const nameOf = (row: JsonObject | undefined): string | undefined => {
    const attributes = memberOf(row, "attributes");
    return textAt(at === "name" ? attributes : memberOf(attributes, "definition"), "name");
  };
  return async (search) => {
    const { reader, args, sinceMs } = search;
    const given = textAt(args, name);
    const id = textAt(args, "id") ?? "";
    const original = given === undefined ? nameOf(await reader.item(source, { id })) : undefined;
    const all = await list(reader, args, sinceMs);
    if (!all || (given === undefined && original === undefined)) return { kind: "state", holds: undefined, read: source };
    const alike = all.rows.filter((row) => {
      const found = nameOf(row) ?? "";
      return textAt(row, "id") !== id && (given === undefined ? found.includes(original ?? "") : found === given);
    });
    return { kind: "rows", ...pick({ ...search, wanted: {} }, alike, [], all.isWhole), read: all.read };
  };
}

interface Rows {
  rows: JsonObject[];
  isWhole: boolean;
  read: string;
}

/** Rows of a read, newest first where it can, back to the time of the write. */
export async function newest(reader: Reader, read: string, args: JsonObject, sinceMs: number): Promise<Rows> {
  const found = await reader.rows(read, args, (row) => (timeOf(row) ?? Number.POSITIVE_INFINITY) < sinceMs);
  return { ...found, read };
}

/** Campaigns can only be listed by channel. */
export async function newestCampaigns(reader: Reader, _: JsonObject, sinceMs: number): Promise<Rows> {
  const pages = await Promise.all(
    CHANNELS.map((channel) => newest(reader, "get_campaigns", { filter: equals("messages.channel", channel) }, sinceMs)),
  );
  return { rows: pages.flatMap(({ rows }) => rows), isWhole: pages.every(({ isWhole }) => isWhole), read: "get_campaigns" };
}

/** A new campaign, listed by the channel of its first message. */
export const newCampaign: Finder = async (search) => {
  const { rows, isWhole, read } = await newestCampaigns(search.reader, search.args, search.sinceMs);
  return { kind: "rows", ...pick(search, rows, ["name"], isWhole), read };
};

/** A message that was given a template has a copy of it, made then and named after it. */
export const assignedTemplate: Finder = async ({ reader, args, sinceMs }) => {
  const read = "get_template_for_campaign_message";
  const row = await reader.item(read, { id: textAt(args, "id") ?? "" });
  const name = textAt(memberOf(row, "attributes"), "name") ?? "";
  const isNew = row !== undefined && (timeOf(row) ?? 0) >= sinceMs;
  return { kind: "state", holds: isNew ? (name.includes(textAt(args, "template") ?? "") ? true : undefined) : false, read };
};

/** Named relationships of a schema. */
export function schemaRelationship(read: string): Finder {
  return async ({ reader, request, args, knownBefore }) => {
    const { rows, isWhole } = await reader.rows(read, { id: textAt(args, "id") ?? "" });
    const data = isJsonObject(request.body) ? request.body["data"] : undefined;
    const names = (Array.isArray(data) ? data : []).map((one) => textAt(memberOf(one, "meta"), "name"));
    const found = rows.filter((row) => names.includes(textAt(memberOf(row, "meta"), "name")));
    const isAll = names.length > 0 && found.length >= names.length && knownBefore !== null && knownBefore.length === 0;
    return { kind: "state", holds: isAll ? true : found.length === 0 && isWhole ? false : undefined, read };
  };
}
