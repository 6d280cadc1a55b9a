import type { JsonObject } from "../../src/lib/json.ts";
import { always, type From, type Override } from "./override.ts";
import { dataOf } from "./shop.ts";

const MONTH = { timeframe: { key: "last_30_days" } };
const BOUNDS = "what a tool's templates and variables may hold stands in descriptions alone";
let serial = 0;

/** A tool whose templates name what it declares. */
async function toolDetails({ ids }: From): Promise<JsonObject> {
  const parameter = { name: "since", value: "{{since}}" };
  return {
    type: "custom",
    protocol: "https",
    request_template: {
      url_template: "https://parcels.example/{{number}}",
      http_method: "POST",
      request_timeout_seconds: 7,
      query_parameters: [parameter],
      headers: [{ name: "x-api-key", value: "{{key}}" }],
      body_template: { number: "{{number}}" },
    },
    variables: [
      { name: "number", type: "string", required: true, description: "On the label", source: "dynamic", value: null },
      { name: "since", type: "string", required: false, description: null, source: "dynamic", value: null },
      { name: "key", type: "string", required: true, description: null, source: "secret", value: await ids.one("agent-secret") },
    ],
    timeout_seconds: 8,
    max_retries: 2,
  };
}

/** The customer agent. */
export const AGENT_VALUES: Record<string, Override> = {
  create_agent_tool_beta: { because: BOUNDS, args: async (from) => ({ details: await toolDetails(from) }) },
  update_agent_tool_beta: { because: BOUNDS, args: async (from) => ({ details: await toolDetails(from) }) },
  create_agent_secret_beta: { because: "names are unique, and the sample has one name", args: () => ({ name: `Key ${++serial}` }) },
  create_customer_agent_response_beta: always("a conversation goes on in the mode that it began in", {
    mode: "live",
    messages: [{ role: "user", content: "When do you roast?" }],
  }),
  query_customer_agent_values_beta: always("a time frame has a key or two ends, and there is one grouping at most", {
    ...MONTH,
    groupings: ["channel"],
  }),
  query_customer_agent_skill_values_beta: always("a time frame has a key or two ends, and the filter has a grammar of its own", {
    ...MONTH,
    filter: 'any(skill,["general_qa"])',
  }),
};

/** Begins a conversation, as a question of a customer does. */
export async function agentConversation({ shop }: From): Promise<string> {
  const attributes = { mode: "live", messages: [{ role: "user", content: "How long does shipping take?" }] };
  const answer = await shop
    .as("beta")
    .call("POST", "/api/customer-agent-responses", { data: { type: "customer-agent-response", attributes } });
  return dataOf(answer)[0]?.id ?? "";
}
