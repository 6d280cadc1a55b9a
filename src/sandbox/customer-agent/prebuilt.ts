import { FALLBACK_SKILL } from "../resources/agent-skill-rows.ts";
import type { AgentSkillRow } from "../resources/agent-skill-rows.ts";
import type { AgentToolRow } from "../resources/agent-tool-rows.ts";

/** Prefix of what is Klaviyo's own (second-hand: `klaviyo:agent_search` in a public client of 2026-07-15.pre). */
const OWN = "klaviyo:";

/** Tools that are in every account. Only the first one's id is known; the others are named after the vendor's help pages (assumed). */
export const PREBUILT_TOOLS: readonly AgentToolRow[] = [
  {
    id: `${OWN}agent_search`,
    name: "Search Company Knowledge",
    description: "Finds passages of the account's knowledge that speak of the question.",
    parameters: [{ name: "sources", label: "Knowledge to search", description: null, input_type: "multi_select", required: false }],
  },
  {
    id: `${OWN}search_shop_catalog`,
    name: "Search Shop Catalog",
    description: "Finds products of the catalog by what the customer describes.",
    parameters: [],
  },
  {
    id: `${OWN}get_customer_orders`,
    name: "Get Customer Orders",
    description: "Reads the orders of the customer who is asking.",
    parameters: [],
    needsPerson: true,
  },
];

export interface PrebuiltSkill {
  row: AgentSkillRow;
  tools: string[];
  /** Comes alive in an account with a shop. */
  needsShop: boolean;
}

/** `order_status` and `product_qa` are names of the vendor's own example; which skills there are is second-hand, their texts are assumed. */
export const PREBUILT_SKILLS: readonly PrebuiltSkill[] = [
  skill(FALLBACK_SKILL, "General Q&A", "Answers general questions from the account's knowledge.", ["agent_search"], "live"),
  skill(
    "product_qa",
    "Product Q&A",
    "Answers questions about one product: material, size, care, ingredients.",
    ["agent_search", "search_shop_catalog"],
    "shop",
  ),
  skill(
    "product_recommendations",
    "Product recommendations",
    "Recommends and suggests products, gifts and alternatives.",
    ["search_shop_catalog"],
    "shop",
  ),
  skill("order_status", "Order tracking", "Looks up the status, tracking link and delivery of an order.", ["get_customer_orders"], "shop"),
  skill("order_editing", "Order editing", "Changes the address or items of an order, or cancels it.", ["get_customer_orders"], "shop"),
  skill("returns_exchanges", "Returns & exchanges", "Explains returns, exchanges and refunds.", ["agent_search"], "shop"),
  skill("subscriptions", "Subscriptions", "Pauses, skips and changes a subscription.", [], "never"),
  skill("loyalty", "Loyalty", "Tells points and rewards of the loyalty programme.", [], "never"),
];

function skill(name: string, displayName: string, description: string, tools: string[], when: "live" | "shop" | "never"): PrebuiltSkill {
  const row: AgentSkillRow = {
    id: OWN + name,
    prebuilt: true,
    name,
    displayName,
    description,
    instructions: `${description} Say so when the answer is not known.`,
    status: when === "live" ? "live" : "unavailable",
    handoff: "offer",
  };
  return { row, tools: tools.map((tool) => OWN + tool), needsShop: when === "shop" };
}
