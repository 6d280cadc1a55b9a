import { mustFind } from "../../catalog/catalog.ts";
import { parseIso } from "../../lib/clock.ts";
import { isJsonObject, type JsonObject } from "../../lib/json.ts";
import { lookAt, lookEach, madeId, remake, restore, retag, step, unmake } from "./undo-families.ts";
import { argsFrom } from "./undo-fit.ts";
import { firstOf, linked, rowsFor, rowsOf, textOf, type Kept, type Look, type Recipe, type Resource, type Step } from "./undo-recipe.ts";

/** How long after an immediate send was asked it is worth trying to stop it. */
const IMMEDIATE_MS = 3_600_000;
const WITH_PARTS = { include: ["campaign-messages", "tags"] };
/** The look of an owner's card reads a campaign like this: then it is not read twice. */
const WITH_MESSAGES = { include: ["campaign-messages"] };
const templates: Look = lookEach("template", "get_template_for_campaign_message", (was) =>
  linked(firstOf(was, "item"), "campaign-messages"),
);

/** Campaigns, their messages and their sending. */
export const CAMPAIGN_RECIPES: Record<string, Recipe> = {
  create_campaign: unmake("delete_campaign", "get_campaign", WITH_MESSAGES),
  create_campaign_clone: unmake("delete_campaign", "get_campaign", WITH_MESSAGES),
  update_campaign: restore("get_campaign", WITH_MESSAGES),
  delete_campaign: remake("create_campaign", {
    looks: [lookAt("get_campaign", WITH_PARTS), messages(), templates],
    args: ({ catalog, was }) => ({
      campaign_messages: rowsOf(was, "messages")
        .map((message) => argsFrom(mustFind(catalog, "update_campaign_message"), message))
        .map(newMessage),
    }),
    next: (kept) => [...templatesAgain(kept), ...retag("tag_campaigns", "campaigns")(kept)],
    notes: ["It comes back as a draft under a new id; that it was scheduled or sent, and its figures, are lost."],
  }),
  update_campaign_message: restore("get_campaign_message", {}, { image: "get_image_id_for_campaign_message" }),
  update_image_for_campaign_message: image(),
  assign_template_to_campaign_message: assign(),
  send_campaign: {
    undo: "compensation",
    looks: [lookAt("get_campaign", WITH_MESSAGES)],
    until: ({ was }, nowMs) => sendTime(firstOf(was, "item")) ?? nowMs + IMMEDIATE_MS,
    tooLate: (now) =>
      status(firstOf(now, "item")) === "sent" ? "It has been sent, and what was delivered cannot be called back." : undefined,
    plan: ({ args }) => ({
      steps: [step("cancel_campaign_send", { id: textOf(args, "id"), action: "revert" })],
      notes: ["The send is called off until its time has come, and the campaign is a draft again. Mail that is out stays out."],
    }),
  },
  cancel_campaign_send: {
    undo: "compensation",
    looks: [lookAt("get_campaign", WITH_MESSAGES)],
    plan: ({ args }) =>
      args["action"] === "revert"
        ? {
            steps: [step("send_campaign", { id: textOf(args, "id") })],
            notes: ["It is sent anew: at its time if that is still to come, else at once."],
          }
        : { steps: [], notes: ["A cancelled campaign cannot be sent any more; a copy of it can."] },
  },
};

/** The messages of a campaign by themselves: an answer's `included` is cut where there are many. */
function messages(): Look {
  return lookAt("get_messages_for_campaign", {}, "messages");
}

function newMessage({ definition, image: picture }: JsonObject): JsonObject {
  return { ...(definition !== undefined && { definition }), ...(typeof picture === "string" && { image: picture }) };
}

/** A message holds a copy of its template that cannot be named: the copy's text becomes a template, is assigned, and goes again. */
export function withTemplate(template: Resource, message: (made: Resource[][]) => string, at: number): Step[] {
  const { name, html, text } = template.attributes;
  const create: JsonObject = {
    name: typeof name === "string" && name !== "" ? name : "Put back",
    editor_type: "CODE",
    ...(typeof html === "string" && { html }),
    ...(typeof text === "string" && { text }),
  };
  return [
    step("create_template", create),
    { action: "assign_template_to_campaign_message", args: (made) => ({ id: message(made), template: madeId(made, at) }) },
    { action: "delete_template", args: (made) => ({ id: madeId(made, at) }) },
  ];
}

function templatesAgain({ was }: Kept): Step[] {
  const steps: Step[] = [];
  for (const [at, message] of rowsOf(was, "messages").entries()) {
    const [template] = rowsFor(was, "template", message.id);
    // The campaign itself is step 0.
    if (template) steps.push(...withTemplate(template, (made) => linked(made[0]?.[0], "campaign-messages")[at] ?? "", steps.length + 1));
  }
  return steps;
}

function assign(): Recipe {
  return {
    undo: "compensation",
    looks: [lookAt("get_template_for_campaign_message", {}, "item")],
    plan({ args, was }) {
      const before = firstOf(was, "item");
      if (!before)
        return { steps: [], notes: ["The message had no template, and one cannot be taken off again; another can be assigned."] };
      return { steps: withTemplate(before, () => textOf(args, "id"), 0), notes: ["Its former template comes back as a copy, as HTML."] };
    },
  };
}

function image(): Recipe {
  return {
    undo: "exact",
    looks: [lookAt("get_image_id_for_campaign_message", {}, "item")],
    plan({ args, was }) {
      const before = firstOf(was, "item");
      if (!before) return { steps: [], notes: ["The message had no image, and one cannot be taken off again; another can be set."] };
      return { steps: [step("update_image_for_campaign_message", { id: textOf(args, "id"), image: before.id })], notes: [] };
    },
  };
}

/** When a campaign goes out by its strategy, ms; undefined for at once. */
function sendTime(campaign: Resource | undefined): number | undefined {
  const strategy = campaign?.attributes["send_strategy"];
  const at = isJsonObject(strategy) ? (strategy["datetime"] ?? strategy["date"]) : undefined;
  return typeof at === "string" ? parseIso(at) : undefined;
}

function status(campaign: Resource | undefined): string {
  const value = campaign?.attributes["status"];
  return typeof value === "string" ? value.toLowerCase() : "";
}
