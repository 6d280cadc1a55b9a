import { mustFind } from "../../catalog/catalog.ts";
import { parseIso } from "../../lib/clock.ts";
import { isJsonObject, type JsonObject } from "../../lib/json.ts";
import { lookAt, lookEach, remake, restore, step, unmake } from "./undo-families.ts";
import { argsFrom } from "./undo-fit.ts";
import { firstOf, linked, rowsFor, rowsOf, textOf, type Kept, type Recipe, type Resource } from "./undo-recipe.ts";

const IMMEDIATE_MS = 3_600_000;
const NEW_ID = "It comes back as a draft under a new id; that it was scheduled or sent, and its figures, are lost.";
const variations = lookEach("variations", "get_variations_for_campaign_message_beta", (was) => rowsOf(was, "messages").map(({ id }) => id));

/** Campaigns of the beta model: audiences, messages and variations are things of their own. */
export const OMNI_RECIPES: Record<string, Recipe> = {
  create_campaign_beta: unmake("delete_campaign_beta", "get_campaign_beta"),
  clone_campaign_beta: unmake("delete_campaign_beta", "get_campaign_beta"),
  update_campaign_beta: restore("get_campaign_beta"),
  delete_campaign_beta: remake("create_campaign_beta", {
    looks: [
      lookAt("get_campaign_beta"),
      lookAt("get_campaign_audiences_for_campaign_beta", {}, "audiences"),
      lookAt("get_messages_for_campaign_beta", {}, "messages"),
      variations,
    ],
    args: (kept) => ({
      // Its parts went with it: they are made anew inside of it, and told apart by their former ids.
      campaign_audiences: undefined,
      campaign_messages: undefined,
      audiences: rowsOf(kept.was, "audiences").map(newAudience),
      messages: rowsOf(kept.was, "messages").map((message) => ({
        audience_temporary_id: audienceOf(message),
        variations: variationsOf(kept, message.id),
      })),
    }),
    notes: [NEW_ID],
  }),
  create_campaign_audience_beta: unmake("delete_campaign_audience_beta", "get_campaign_audience_beta"),
  clone_campaign_audience_beta: unmake("delete_campaign_audience_beta", "get_campaign_audience_beta"),
  update_campaign_audience_beta: restore("get_campaign_audience_beta"),
  delete_campaign_audience_beta: remake("create_campaign_audience_beta", {
    looks: [lookAt("get_campaign_audience_beta", { include: ["campaign"] })],
    notes: ["It comes back under a new id, without the messages that went to it."],
  }),
  create_campaign_message_beta: unmake("delete_campaign_message_beta", "get_campaign_message_beta"),
  clone_campaign_message_beta: unmake("delete_campaign_message_beta", "get_campaign_message_beta"),
  update_campaign_message_beta: restore("get_campaign_message_beta"),
  delete_campaign_message_beta: remake("create_campaign_message_beta", {
    looks: [
      lookAt("get_campaign_message_beta", { include: ["campaign"] }),
      lookEach("variations", "get_variations_for_campaign_message_beta", (_, call) => [textOf(call, "id")]),
    ],
    args: (kept) => ({ variations: variationsOf(kept, textOf(kept.args, "id")), campaign_audience: audienceOf(firstOf(kept.was, "item")) }),
    notes: [NEW_ID],
  }),
  create_campaign_variation_beta: unmake("delete_campaign_variation_beta", "get_campaign_variation_beta"),
  update_campaign_variation_beta: restore("get_campaign_variation_beta"),
  delete_campaign_variation_beta: remake("create_campaign_variation_beta", {
    looks: [lookAt("get_campaign_variation_beta", { include: ["campaign-message"] })],
    notes: ["It comes back under a new id."],
  }),
  schedule_campaign_message_beta: {
    undo: "compensation",
    looks: [lookEach("item", "get_campaign_message_beta", (_, call) => [textOf(call, "campaign_message")])],
    until: ({ args }, nowMs) => parseIso(textOf(args, "send_time") || textOf(args, "send_date")) ?? nowMs + IMMEDIATE_MS,
    tooLate: (now) =>
      /sent/i.test(JSON.stringify(firstOf(now, "item")?.attributes["definition"] ?? ""))
        ? "It has been sent, and what was delivered cannot be called back."
        : undefined,
    plan: ({ args }) => ({
      steps: [step("update_campaign_message_schedule_beta", { id: textOf(args, "campaign_message"), action: "revert" })],
      notes: ["The send is called off until its time has come, and the message is a draft again. Mail that is out stays out."],
    }),
  },
};

function newAudience({ id, attributes }: Resource): JsonObject {
  const { definition } = attributes;
  const { name, included, excluded } = isJsonObject(definition) ? definition : {};
  const parts = { name, included, excluded };
  return { temporary_id: id, ...Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) };
}

function audienceOf(message: Resource | undefined): string {
  return linked(message, "campaign-audience")[0] ?? "";
}

function variationsOf({ catalog, was }: Kept, message: string): JsonObject[] {
  const create = mustFind(catalog, "create_campaign_variation_beta");
  return rowsFor(was, "variations", message).map((variation) => {
    const { definition = {} } = argsFrom(create, variation);
    return { definition };
  });
}
