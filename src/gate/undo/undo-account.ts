import type { JsonObject } from "../../lib/json.ts";
import { lookAt, lookEach, madeId, remake, restore, unmake } from "./undo-families.ts";
import { firstOf, linked, rowsOf, textOf, type Kept, type Look, type Recipe, type Step } from "./undo-recipe.ts";

const NEW_ID = "It comes back under a new id: what pointed at the old one does not point at it.";
const WITH_METRICS = { include: ["metric", "custom-metric"] };

/** Settings, metrics, coupons, webhooks, brand, sending domains, keys and the customer agent. */
export const ACCOUNT_RECIPES: Record<string, Recipe> = {
  create_custom_metric: unmake("delete_custom_metric", "get_custom_metric"),
  update_custom_metric: restore("get_custom_metric"),
  delete_custom_metric: remake("create_custom_metric", {
    looks: [lookAt("get_custom_metric"), { as: "mapped", operation: "get_mapped_metrics", args: () => [WITH_METRICS] }],
    next: ({ was, args }) =>
      rowsOf(was, "mapped")
        .filter((mapped) => linked(mapped, "custom-metric").includes(textOf(args, "id")))
        .map(({ id }) => ({ action: "update_mapped_metric", args: (made) => ({ id, custom_metric: madeId(made) }) })),
    notes: [NEW_ID],
  }),
  update_mapped_metric: mappedMetric(),
  update_tracking_setting: restore("get_tracking_setting"),
  create_coupon: unmake("delete_coupon", "get_coupon"),
  update_coupon: restore("get_coupon"),
  create_coupon_code: unmake("delete_coupon_code", "get_coupon_code"),
  update_coupon_code: restore("get_coupon_code"),
  delete_coupon_code: remake("create_coupon_code", {
    looks: [lookAt("get_coupon_code", { include: ["coupon"] })],
    notes: ["It comes back as a new code of the same text; whom it was given to is lost."],
  }),
  delete_coupon: remake("create_coupon", {
    looks: [
      lookAt("get_coupon"),
      {
        as: "codes",
        operation: "get_coupon_codes",
        args: (call) => [{ filter: `equals(coupon.id,${JSON.stringify(textOf(call, "id"))})` }],
      },
    ],
    next: couponCodes,
    notes: ["Its codes come back as new ones of the same text; whom they were given to is lost."],
  }),
  create_webhook: unmake("delete_webhook", "get_webhook"),
  update_webhook: restore("get_webhook", { include: ["webhook-topics"] }, {}, ["endpoint_url", "secret_key"]),
  ...brand("brand_button"),
  create_brand_button_beta: primaryToo(brand("brand_button")["create_brand_button_beta"]),
  update_brand_button_beta: primaryToo(brand("brand_button")["update_brand_button_beta"]),
  ...brand("brand_color"),
  ...brand("brand_logo", { include: ["image"] }),
  ...brand("brand_social_group"),
  update_brand_voice_beta: restore("get_brand_voice_beta"),
  update_brand_email_default_beta: restore("get_brand_email_default_beta", {
    include: ["brand-button", "brand-logo", "brand-social-group"],
  }),
  create_sending_domain_beta: unmake("delete_sending_domain_beta", "get_sending_domain_beta"),
  delete_sending_domain_beta: remake("create_sending_domain_beta", {
    looks: [lookAt("get_sending_domain_beta")],
    notes: ["It comes back unverified and not in use: verify and activate it again; its warming is lost."],
  }),
  update_api_key_beta: restore("get_api_key_beta"),
  update_customer_agent_beta: restore("get_customer_agent_beta"),
  create_agent_secret_beta: unmake("delete_agent_secret_beta", null),
  create_agent_knowledge_beta: unmake("delete_agent_knowledge_beta", "get_agent_knowledge_beta"),
  create_agent_knowledge_file_beta: unmake("delete_agent_knowledge_beta", "get_agent_knowledge_beta"),
  update_agent_knowledge_beta: knowledge(),
  delete_agent_knowledge_beta: remake("create_agent_knowledge_beta", {
    looks: [lookAt("get_agent_knowledge_beta")],
    notes: ["It comes back under a new id and is indexed anew."],
  }),
  create_agent_skill_beta: unmake("delete_agent_skill_beta", "get_agent_skill_beta"),
  update_agent_skill_beta: restore("get_agent_skill_beta"),
  delete_agent_skill_beta: remake("create_agent_skill_beta", { looks: [lookAt("get_agent_skill_beta")], notes: [NEW_ID] }),
  create_agent_tool_beta: unmake("delete_agent_tool_beta", "get_agent_tool_beta"),
  update_agent_tool_beta: restore("get_agent_tool_beta"),
  delete_agent_tool_beta: remake("create_agent_tool_beta", {
    looks: [
      lookAt("get_agent_tool_beta"),
      lookEach("skills", "get_agent_skill_beta", (was) => linked(firstOf(was, "item"), "agent-skills")),
    ],
    next: skillsOfTool,
    notes: [NEW_ID, "Skills that used it use the new one."],
  }),
};

/** One button is the primary one: making another so takes it from the first, which gets it back. */
function primaryToo(recipe: Recipe | undefined): Recipe {
  const all: Look = { as: "buttons", operation: "get_brand_buttons_beta", args: (call) => (call["is_primary"] === true ? [{}] : []) };
  const plain = recipe ?? restore("get_brand_button_beta");
  return {
    ...plain,
    looks: [...plain.looks, all],
    watch: plain.watch ?? (() => plain.looks),
    plan(kept) {
      const { steps, notes } = plain.plan(kept);
      const primary = rowsOf(kept.was, "buttons").filter(
        ({ id, attributes }) => attributes["is_primary"] === true && id !== kept.args["id"],
      );
      const back = primary.map(({ id }): Step => ({ action: "update_brand_button_beta", args: () => ({ id, is_primary: true }) }));
      return { steps: [...steps, ...back], notes };
    },
  };
}

function brand(thing: string, more: JsonObject = {}): Record<string, Recipe> {
  const reader = `get_${thing}_beta`;
  return {
    [`create_${thing}_beta`]: unmake(`delete_${thing}_beta`, reader),
    [`update_${thing}_beta`]: restore(reader, more),
    [`delete_${thing}_beta`]: remake(`create_${thing}_beta`, { looks: [lookAt(reader, more)], notes: [NEW_ID] }),
  };
}

/** A mapping is to a metric or to a custom one: to put one back is to name that one. */
function mappedMetric(): Recipe {
  return {
    ...restore("get_mapped_metric", WITH_METRICS),
    plan({ args, was }) {
      const before = firstOf(was, "item");
      const [metric] = linked(before, "metric");
      const [custom] = linked(before, "custom-metric");
      const back = metric !== undefined ? { metric } : custom !== undefined ? { custom_metric: custom } : undefined;
      if (!back) return { steps: [], notes: ["It was mapped to nothing, which cannot be written."] };
      return { steps: [{ action: "update_mapped_metric", args: () => ({ id: textOf(args, "id"), ...back }) }], notes: [] };
    },
  };
}

/** Title and content stand in the source that is read. */
function knowledge(): Recipe {
  return {
    ...restore("get_agent_knowledge_beta"),
    plan({ args, was }) {
      const source = firstOf(was, "item")?.attributes["source"];
      const known = typeof source === "object" && source !== null && !Array.isArray(source) ? source : {};
      const back: JsonObject = { id: textOf(args, "id") };
      const lost: string[] = [];
      for (const name of ["title", "content"]) {
        if (args[name] === undefined) continue;
        const value = known[name];
        if (typeof value === "string") back[name] = value;
        else lost.push(name);
      }
      const notes = lost.map((name) => `${name} cannot be put back: Klaviyo does not show its value.`);
      return { steps: Object.keys(back).length > 1 ? [{ action: "update_agent_knowledge_beta", args: () => back }] : [], notes };
    },
  };
}

function couponCodes({ was }: Kept): Step[] {
  const codes = rowsOf(was, "codes").filter(({ attributes }) => attributes["status"] === "UNASSIGNED");
  return codes.map(({ attributes }): Step => {
    const { unique_code, expires_at = null } = attributes;
    return { action: "create_coupon_code", args: (made) => ({ unique_code: unique_code ?? "", expires_at, coupon: madeId(made) }) };
  });
}

/** Each skill gets its tools as they were, the new one in the old one's place. */
function skillsOfTool({ was, args }: Kept): Step[] {
  const old = textOf(args, "id");
  return rowsOf(was, "skills").map((skill) => ({
    action: "update_agent_skill_beta",
    args: (made) => ({ id: skill.id, agent_tools: linked(skill, "agent-tools").map((id) => (id === old ? madeId(made) : id)) }),
  }));
}
