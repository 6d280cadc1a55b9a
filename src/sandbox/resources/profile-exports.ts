import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { toOne } from "../engine/declare.ts";
import { arrayOf, type Input } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { segmentMemberIds } from "../segments/membership.ts";
import { defineCollection } from "../state/collection.ts";
import { defineExport } from "./export-jobs.ts";
import type { ExportJobRow } from "./export-rows.ts";
import { parseJsonPath, type JsonPath } from "./json-path.ts";
import { listMembers } from "./lists.ts";
import { profiles, type ProfileRow } from "./profile-rows.ts";
import { profileResource } from "./profiles.ts";
import { segments } from "./segment-rows.ts";

interface ProfileExportRow extends ExportJobRow {
  from: "list" | "segment";
  group: string;
}

/** Who is in a list or a segment when the export runs, one line each, in the order of their ids. */
export const profileExportResource = defineExport<ProfileExportRow>({
  type: "profile-bulk-export-job",
  collection: defineCollection<ProfileExportRow>("profile_exports"),
  tasks: { finish: "finish_profile_export", expire: "expire_profile_export" },
  relationships: {
    list: toOne("list", ({ from, group }) => (from === "list" ? group : undefined), { data: "when set" }),
    segment: toOne("segment", ({ from, group }) => (from === "segment" ? group : undefined), { data: "when set" }),
  },
  read(input, ctx) {
    for (const [i, property] of arrayOf(input.attributes["properties"]).entries()) {
      if (!pathOf(String(property))) wrong(`attributes/properties/${i}`, `'${String(property)}' is not a property of profiles.`);
    }
    return groupOf(input, ctx);
  },
  write(job, ctx) {
    const { from, group, properties } = job;
    if (!ctx.find(from, group)) return { error: `The ${from} ${group} does not exist any more.` };
    const columns = properties.length > 0 ? properties : EVERYTHING;
    const paths = columns.flatMap((column) => pathOf(column) ?? []);
    const additional = Object.keys(ADDITIONAL).filter((name) => columns.some((column) => rootOf(column) === name));
    const members = membersOf(job, ctx).map((profile) => {
      const seen = seenOf(profile, additional, ctx);
      return paths.map((path) => path.read(seen));
    });
    return [columns, ...members];
  },
});

/** Documented: one of the two, and not both. */
function groupOf({ one }: Input, ctx: Context): Pick<ProfileExportRow, "from" | "group"> {
  const [list, segment] = [one("list"), one("segment")];
  if ((list === undefined) === (segment === undefined)) wrong("relationships", "Exactly one of 'list' and 'segment' is required.");
  const from = list === undefined ? "segment" : "list";
  return { from, group: ctx.must(from, list ?? segment ?? "").id };
}

function membersOf({ from, group }: ProfileExportRow, ctx: Context): ProfileRow[] {
  const members = ctx.rows(listMembers).where("from", group);
  const ids = from === "list" ? members.map(({ to }) => to).toSorted() : ctx.rows(segments).has(group) ? segmentMemberIds(ctx, group) : [];
  return ids.flatMap((id) => ctx.rows(profiles).get(id) ?? []);
}

const ADDITIONAL = profileResource.additional ?? {};

/** A profile as its own endpoint shows it. */
function seenOf(profile: ProfileRow, additional: readonly string[], ctx: Context): JsonObject {
  const more = additional.map((name): [string, Json] => [name, ADDITIONAL[name]?.(profile, ctx) ?? null]);
  return { id: profile.id, ...profileResource.attributes(profile, ctx), ...Object.fromEntries(more) };
}

const LOCATION = ["address1", "address2", "city", "country", "region", "zip", "timezone", "latitude", "longitude"];

/** Columns where none are named (assumed). */
const EVERYTHING = [
  "id",
  "email",
  "phone_number",
  "external_id",
  "first_name",
  "last_name",
  "organization",
  "locale",
  "title",
  "image",
  ...LOCATION.map((name) => `location.${name}`),
  "created",
  "updated",
  "last_event_date",
  "properties",
];

const ROOTS = new Set([...EVERYTHING.map(rootOf), ...Object.keys(ADDITIONAL)]);

/** `location.city` → `location`. */
function rootOf(property: string): string {
  return /^[a-z_]+/.exec(property)?.[0] ?? "";
}

/** Undefined for what profiles do not have. */
function pathOf(property: string): JsonPath | undefined {
  return ROOTS.has(rootOf(property)) ? parseJsonPath(`$.${property}`) : undefined;
}

function wrong(place: string, detail: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/${place}` } });
}
