import type { Json, JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import type { CollectionDef } from "../state/collection.ts";
import type { ObjectTypeRow, DataSourceRow, Visibility } from "./object-rows.ts";

const MAX_TITLE_LENGTH = 255;
const NAMESPACE = /^(custom-objects|applications\/[0-9A-HJKMNP-TV-Z]{26})$/;

type Named = Pick<DataSourceRow, "title" | "description" | "visibility" | "namespace">;

/** What data sources and object types have in common. Titles have 1 to 255 characters and stand once per namespace (documented for sources). */
export function namedFields(
  attributes: JsonObject,
  rows: CollectionDef<DataSourceRow> | CollectionDef<ObjectTypeRow>,
  ctx: Context,
): Named {
  const namespace = textOf(attributes["namespace"]) ?? "custom-objects";
  if (!NAMESPACE.test(namespace)) {
    refuse("invalid", "'namespace' must be custom-objects or applications/<application id>.", {
      source: { pointer: "/data/attributes/namespace" },
    });
  }
  const title = checkedTitle(attributes["title"]);
  refuseTaken(rows, namespace, title, ctx);
  return { title, description: textOf(attributes["description"]) ?? "", visibility: visibilityOf(attributes["visibility"]), namespace };
}

export function checkedTitle(value: Json | undefined): string {
  const title = textOf(value) ?? "";
  if (title.length === 0 || title.length > MAX_TITLE_LENGTH) {
    refuse("invalid", `'title' must have 1 to ${MAX_TITLE_LENGTH} characters.`, { source: { pointer: "/data/attributes/title" } });
  }
  return title;
}

/** Refuses a title that another row of the namespace has. */
export function refuseTaken(
  rows: CollectionDef<DataSourceRow> | CollectionDef<ObjectTypeRow>,
  namespace: string,
  title: string,
  ctx: Context,
): void {
  const known = ctx.rows<DataSourceRow | ObjectTypeRow>(rows).find("title", `${namespace}\t${title}`);
  if (known) refuse("duplicate", `The title '${title}' is in use in this namespace.`, { source: { pointer: "/data/attributes/title" } });
}

function visibilityOf(value: Json | undefined): Visibility {
  return value === "shared" ? "shared" : "private";
}
