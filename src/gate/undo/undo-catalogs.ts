import { mustFind } from "../../catalog/catalog.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { lookAt, lookEach, relink, remake, resetLinks, restore, step, unlink, unmake, withLinks } from "./undo-families.ts";
import { argsFrom } from "./undo-fit.ts";
import { chunks, linked, rowsOf, textOf, textsOf, type Look, type Recipe, type Resource, type Was } from "./undo-recipe.ts";
import { restored } from "./undo-restore.ts";

/** Klaviyo takes so many in one job, and so many ids in one filter. */
const MAX_ROWS = 100;
const AS_NEW = "It comes back under its own id as something new: since when it is there and who waits for its return are lost.";

interface Family {
  one: string;
  many: string;
  /** The argument of jobs and relationships. */
  member: string;
  links: Record<string, string>;
}

const FAMILIES: Family[] = [
  { one: "catalog_item", many: "catalog_items", member: "items", links: { categories: "get_category_ids_for_catalog_item" } },
  { one: "catalog_variant", many: "catalog_variants", member: "variants", links: {} },
  { one: "catalog_category", many: "catalog_categories", member: "categories", links: { items: "get_item_ids_for_catalog_category" } },
];

/** Items, variants and categories, one by one and in jobs. */
export const CATALOG_RECIPES: Record<string, Recipe> = {
  ...Object.fromEntries(FAMILIES.flatMap(single)),
  ...Object.fromEntries(FAMILIES.flatMap(bulk)),
  add_items_to_catalog_category: unlink("remove_items_from_catalog_category", "get_item_ids_for_catalog_category", "items"),
  remove_items_from_catalog_category: relink("add_items_to_catalog_category", "get_item_ids_for_catalog_category", "items"),
  update_items_for_catalog_category: resetLinks("get_item_ids_for_catalog_category", "items"),
  add_categories_to_catalog_item: unlink("remove_categories_from_catalog_item", "get_category_ids_for_catalog_item", "categories"),
  remove_categories_from_catalog_item: relink("add_categories_to_catalog_item", "get_category_ids_for_catalog_item", "categories"),
  update_categories_for_catalog_item: resetLinks("get_category_ids_for_catalog_item", "categories"),
};

function single({ one, links }: Family): [string, Recipe][] {
  const reader = `get_${one}`;
  const looks = [lookAt(reader), ...Object.entries(links).map(([name, operation]) => lookAt(operation, {}, name))];
  return [
    [`create_${one}`, unmake(`delete_${one}`, reader)],
    [`update_${one}`, restore(reader, {}, links)],
    [
      `delete_${one}`,
      one === "catalog_variant"
        ? remakeVariant()
        : remake(`create_${one}`, {
            looks: one === "catalog_item" ? [...looks, lookAt("get_variants_for_catalog_item", {}, "variants")] : looks,
            links: Object.keys(links),
            ...(one === "catalog_item" && {
              next: ({ catalog, was, args }) =>
                rowsOf(was, "variants").map((variant) =>
                  step("create_catalog_variant", {
                    ...argsFrom(mustFind(catalog, "create_catalog_variant"), variant),
                    item: textOf(args, "id"),
                  }),
                ),
            }),
            notes: [AS_NEW],
          }),
    ],
  ];
}

/** A variant does not say whose it is: the item that names it is looked for. */
function parents(ids: (call: JsonObject) => string[]): Look {
  return {
    as: "parents",
    operation: "get_catalog_items",
    args: () => [{ include: ["variants"] }],
    keep: (row, call) => linked(row, "variants").some((id) => ids(call).includes(id)),
  };
}

function parentOf(was: Was, id: string): JsonObject {
  const parent = rowsOf(was, "parents").find((row) => linked(row, "variants").includes(id));
  return parent ? { item: parent.id } : {};
}

function remakeVariant(): Recipe {
  return remake("create_catalog_variant", {
    looks: [lookAt("get_catalog_variant"), parents((call) => [textOf(call, "id")])],
    args: ({ was, args }) => parentOf(was, textOf(args, "id")),
    notes: [AS_NEW],
  });
}

function bulk(family: Family): [string, Recipe][] {
  const { many, member, links } = family;
  const found = (ids: (call: JsonObject) => string[]): Look => ({
    as: "rows",
    operation: `get_${many}`,
    args: (call) => chunks(ids(call), MAX_ROWS).map((some) => ({ filter: `any(ids,[${some.map((id) => JSON.stringify(id)).join(",")}])` })),
  });
  const linksOf = (ids: (call: JsonObject) => string[]): Look[] =>
    Object.entries(links).map(([name, operation]) => lookEach(name, operation, (_, call) => ids(call)));
  const created = (call: JsonObject): string[] => objectsOf(call[member]).map(idOfNew);
  const updated = (call: JsonObject): string[] => objectsOf(call[member]).map((one) => textOf(one, "id"));
  const deleted = (call: JsonObject): string[] => textsOf(call, member);
  const whole = (was: Was, row: Resource): Resource =>
    withLinks(
      row,
      Object.fromEntries(Object.keys(links).map((name) => [name, (was[name] ?? []).filter(({ of }) => of === row.id)])),
      Object.keys(links),
    ) ?? row;
  const create: Recipe = {
    undo: "compensation",
    looks: [found(created)],
    watch: () => [found(created)],
    plan({ args, was }) {
      const were = new Set(rowsOf(was, "rows").map(({ id }) => id));
      const ids = created(args).filter((id) => !were.has(id));
      return { steps: ids.length > 0 ? [step(`bulk_delete_${many}`, { [member]: ids })] : [], notes: [JOB] };
    },
  };
  const update: Recipe = {
    undo: "compensation",
    looks: [found(updated), ...linksOf(updated)],
    plan({ catalog, args, was }) {
      const one = mustFind(catalog, `update_${family.one}`);
      const results = rowsOf(was, "rows").map((row) => {
        const written = objectsOf(args[member]).find((each) => each["id"] === row.id) ?? {};
        return restored(one, written, whole(was, row));
      });
      const rows = results.map(({ args: back }) => back);
      const lost = [...new Set(results.flatMap((each) => each.lost))];
      return {
        steps: rows.length > 0 ? [step(`bulk_update_${many}`, { [member]: rows })] : [],
        notes: [JOB, ...lost.map((name) => `${name} cannot be put back where it was empty.`)],
      };
    },
  };
  const remove: Recipe = {
    undo: "compensation",
    looks: [found(deleted), ...linksOf(deleted), ...(member === "variants" ? [parents(deleted)] : [])],
    watch: () => [],
    plan({ catalog, was }) {
      const one = mustFind(catalog, `create_${family.one}`);
      const rows = rowsOf(was, "rows").map((row) => ({
        ...argsFrom(one, whole(was, row)),
        ...(member === "variants" && parentOf(was, row.id)),
      }));
      return { steps: rows.length > 0 ? [step(`bulk_create_${many}`, { [member]: rows })] : [], notes: [JOB, AS_NEW] };
    },
  };
  return [
    [`bulk_create_${many}`, create],
    [`bulk_update_${many}`, update],
    [`bulk_delete_${many}`, remove],
  ];
}

const JOB = "It is a job: what it did is put back by another job.";

/** Ids of what the shop makes itself follow from its own key. */
function idOfNew(one: JsonObject): string {
  const part = (name: string, otherwise: string): string => textOf(one, name) || otherwise;
  return `${part("integration_type", "$custom")}:::${part("catalog_type", "$default")}:::${textOf(one, "external_id")}`;
}

function objectsOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter((one) => isJsonObject(one)) : [];
}
