import { lookAt, lookEach, madeId, relink, remake, restore, retag, unlink, unmake } from "./undo-families.ts";
import { chunks, rowsFor, rowsOf, textOf, type Kept, type Recipe, type Step } from "./undo-recipe.ts";

const NEW_ID = "It comes back under a new id: campaigns, flows, forms and segments that pointed at the old one do not point at it.";
const MAX_MEMBERS = 1000;

/** What can be tagged: the plural in operation names, and the member that holds their ids. */
const TAGGED = ["campaigns", "flows", "lists", "segments"] as const;

const idsForTag = (plural: string): string => `get_${plural.slice(0, -1)}_ids_for_tag`;

/** Lists, tags and groups of tags. */
export const AUDIENCE_RECIPES: Record<string, Recipe> = {
  create_list: unmake("delete_list", "get_list", { additional_fields_list: ["profile_count"] }),
  update_list: restore("get_list"),
  delete_list: remake("create_list", {
    looks: [lookAt("get_list", { include: ["tags"] }), lookAt("get_profile_ids_for_list", {}, "members")],
    next: (kept) => [...members(kept), ...retag("tag_lists", "lists")(kept)],
    notes: [NEW_ID, "Its members join anew: the days they had joined are lost, and flows may start for them."],
  }),
  add_profiles_to_list: unlink("remove_profiles_from_list", "get_profile_ids_for_list", "profiles"),
  remove_profiles_from_list: relink("add_profiles_to_list", "get_profile_ids_for_list", "profiles"),
  create_tag: unmake("delete_tag", "get_tag"),
  update_tag: restore("get_tag"),
  delete_tag: remake("create_tag", {
    looks: [lookAt("get_tag", { include: ["tag-group"] }), ...TAGGED.map((plural) => lookAt(idsForTag(plural), {}, plural))],
    next: ({ was }) =>
      TAGGED.flatMap((plural): Step[] => {
        const ids = rowsOf(was, plural).map(({ id }) => id);
        return ids.length === 0 ? [] : [{ action: `tag_${plural}`, args: (made) => ({ id: madeId(made), [plural]: ids }) }];
      }),
    notes: ["The tag comes back under a new id."],
  }),
  create_tag_group: unmake("delete_tag_group", "get_tag_group"),
  update_tag_group: restore("get_tag_group"),
  delete_tag_group: remake("create_tag_group", {
    looks: [
      lookAt("get_tag_group"),
      lookAt("get_tags_for_tag_group", {}, "tags"),
      ...TAGGED.map((plural) => lookEach(plural, idsForTag(plural), (was) => rowsOf(was, "tags").map(({ id }) => id))),
    ],
    next: tagsOfGroup,
    notes: ["The group and its tags come back under new ids."],
  }),
  ...Object.fromEntries(
    TAGGED.flatMap((plural) => [
      [`tag_${plural}`, unlink(`remove_tag_from_${plural}`, idsForTag(plural), plural)],
      [`remove_tag_from_${plural}`, relink(`tag_${plural}`, idsForTag(plural), plural)],
    ]),
  ),
};

function members({ was }: Kept): Step[] {
  const ids = rowsOf(was, "members").map(({ id }) => id);
  return chunks(ids, MAX_MEMBERS).map((profiles) => ({ action: "add_profiles_to_list", args: (made) => ({ id: madeId(made), profiles }) }));
}

/** First every tag in the new group, then what each was on. */
function tagsOfGroup({ was }: Kept): Step[] {
  const tags = rowsOf(was, "tags");
  const creates = tags.map((tag): Step => ({
    action: "create_tag",
    args: (made) => ({ name: textOf(tag.attributes, "name"), tag_group: madeId(made) }),
  }));
  const links = tags.flatMap((tag, at) =>
    TAGGED.flatMap((plural): Step[] => {
      const ids = rowsFor(was, plural, tag.id).map(({ id }) => id);
      return ids.length === 0 ? [] : [{ action: `tag_${plural}`, args: (made) => ({ id: madeId(made, at + 1), [plural]: ids }) }];
    }),
  );
  return [...creates, ...links];
}
