import { lookAt, remake, restore, retag, unmake } from "./undo-families.ts";
import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { firstOf, type Kept, type Recipe } from "./undo-recipe.ts";

const NEW_ID = "It comes back under a new id: what pointed at the old one does not point at it.";
const WITH_DEFINITION = { additional_fields_template: ["definition"] };
const WITH_VALUES = { additional_fields_translation: ["values"] };

/** Templates, universal content, forms, images, reviews, feeds and translations. */
export const CONTENT_RECIPES: Record<string, Recipe> = {
  create_template: unmake("delete_template", "get_template"),
  clone_template: unmake("delete_template", "get_template"),
  update_template: restore("get_template", WITH_DEFINITION),
  delete_template: remake("create_template", { looks: [lookAt("get_template", WITH_DEFINITION)], args: editorOf, notes: [NEW_ID] }),
  create_universal_content: unmake("delete_universal_content", "get_universal_content"),
  update_universal_content: restore("get_universal_content"),
  delete_universal_content: remake("create_universal_content", {
    looks: [lookAt("get_universal_content")],
    notes: [NEW_ID, "Templates that held it do not hold the new one."],
  }),
  create_form: unmake("delete_form", "get_form"),
  delete_form: remake("create_form", { looks: [lookAt("get_form")], args: newForm, notes: [NEW_ID, "Its figures so far are lost."] }),
  upload_image_from_url: hide(),
  upload_image_from_file: hide(),
  update_image: restore("get_image"),
  update_review: review(),
  create_web_feed: unmake("delete_web_feed", "get_web_feed"),
  update_web_feed: restore("get_web_feed"),
  delete_web_feed: remake("create_web_feed", { looks: [lookAt("get_web_feed")], notes: [NEW_ID] }),
  create_translation_beta: unmake("delete_translation_beta", "get_translation_beta", WITH_VALUES),
  update_translation_beta: restore("get_translation_beta", WITH_VALUES),
  delete_translation_beta: remake("create_translation_beta", {
    looks: [
      lookAt("get_translation_beta", {
        ...WITH_VALUES,
        include: ["campaign-variation", "flow-message", "template", "template-universal-content"],
      }),
    ],
    next: ({ was }) => {
      const values = firstOf(was, "item")?.attributes["values"];
      return values === undefined || values === null
        ? []
        : [{ action: "update_translation_beta", args: (made) => ({ id: made[0]?.[0]?.id ?? "", values }) }];
    },
    notes: [NEW_ID],
  }),
  create_segment: unmake("delete_segment", "get_segment"),
  update_segment: restore("get_segment"),
  delete_segment: remake("create_segment", {
    looks: [lookAt("get_segment", { include: ["tags"] })],
    next: retag("tag_segments", "segments"),
    notes: [NEW_ID, "Who was in it when is lost; it is counted anew."],
  }),
};

/** What was drawn comes back as it was drawn; what was written, as its text. */
function editorOf({ was }: Kept): JsonObject {
  const { editor_type: editor = "CODE", definition = null } = firstOf(was, "item")?.attributes ?? {};
  return definition === null ? { editor_type: editor === "USER_DRAGGABLE" ? "USER_DRAGGABLE" : "CODE" } : {};
}

/** An image cannot be deleted, only kept out of sight. */
function hide(): Recipe {
  return {
    undo: "compensation",
    looks: [],
    watch: ({ made }) => [{ as: "item", operation: "get_image", args: () => made.slice(0, 1).map(({ id }) => ({ id })) }],
    plan: ({ made }) => ({
      steps: [{ action: "update_image", isLate: true, args: () => ({ id: made[0]?.id ?? "", hidden: true }) }],
      notes: ["Klaviyo deletes no images: it is hidden, and mails that show it go on showing it."],
    }),
  };
}

/** The parts of a form get ids of their own. */
function newForm({ was }: Kept): JsonObject {
  return { definition: withoutIds(firstOf(was, "item")?.attributes["definition"] ?? null) };
}

function withoutIds(value: Json): Json {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]): [string, Json][] => (name === "id" ? [] : [[name, withoutIds(inner)]])),
  );
}

/** A review that waited to be judged has been: it cannot wait again. */
function review(): Recipe {
  const plain = restore("get_review");
  return {
    ...plain,
    plan(kept) {
      const status = firstOf(kept.was, "item")?.attributes["status"];
      if (isJsonObject(status) && status["value"] === "pending")
        return { steps: [], notes: ["It waited to be judged, which it cannot do again; it can be published or rejected anew."] };
      return plain.plan(kept);
    },
  };
}
