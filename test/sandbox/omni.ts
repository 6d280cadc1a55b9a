import type { JsonObject } from "../../src/lib/json.ts";
import { HOUR, NOW, openCampaigning, type Campaigning } from "./campaigning.ts";
import { dataOf, type Called } from "./open.ts";
import { attributesOf, idOf } from "./people.ts";

const BETA = { revision: "2026-07-15.pre" };

/** A campaign of the beta model with its parts, one of each. */
export interface Whole {
  campaign: string;
  audience: string;
  message: string;
  variation: string;
}

/** An account with short ways to campaigns of both models. */
export interface Omni extends Campaigning {
  /** Asks with the beta revision. */
  beta(request: string, body?: unknown): Promise<Called>;
  /** Makes a resource of a beta type and returns its id; `to` are its to-one relationships, `type:id` by name. */
  make(type: string, attributes: JsonObject, to?: Record<string, string>): Promise<Called>;
  change(type: string, id: string, attributes: JsonObject): Promise<Called>;
  /** A campaign for these lists that could be sent; `details` are those of its one variation. */
  whole(included: string[], details?: JsonObject): Promise<Whole>;
  /** Schedules the message: in an hour, unless told otherwise. */
  schedule(message: string, attributes?: JsonObject): Promise<Called>;
  stopMessage(message: string, action: "cancel" | "revert"): Promise<Called>;
  definition(type: string, id: string): Promise<JsonObject>;
  /** Status of a message in the beta model. */
  messageStatus(id: string): Promise<unknown>;
  ids(path: string): Promise<string[]>;
  /** Id of the metric of this name. */
  metricId(name: string): Promise<string>;
}

export const iso = (ms: number): string => new Date(ms).toISOString();
export const IN_AN_HOUR = { strategy: "static", send_time: iso(NOW + HOUR) };

export async function openOmni(): Promise<Omni> {
  const account = await openCampaigning();
  const beta: Omni["beta"] = (request, body) => account.call(request, body, BETA);
  const ids: Omni["ids"] = async (path) => dataOf(await beta(`GET ${path}`)).map(({ id }) => id);
  const definition: Omni["definition"] = async (type, id) =>
    attributesOf(await beta(`GET /api/${type}s/${id}`))["definition"] as JsonObject;
  return {
    ...account,
    beta,
    ids,
    definition,
    metricId: async (name) =>
      dataOf(await account.call("GET /api/metrics")).find(({ attributes }) => attributes["name"] === name)?.id ?? "",
    make: (type, attributes, to = {}) => beta(`POST /api/${type}s`, { data: { type, attributes, relationships: relationsTo(to) } }),
    change: (type, id, attributes) => beta(`PATCH /api/${type}s/${id}`, { data: { type, id, attributes } }),
    async whole(included, details) {
      const email = { channel: "email", subject: "Hello", template_id: details ? null : await account.template() };
      const variations = [{ definition: { name: "A", details: details ?? email } }];
      const attributes = {
        definition: { name: "Autumn" },
        audiences: [{ temporary_id: "all", name: "All", included }],
        messages: [{ audience_temporary_id: "all", name: "First", variations }],
      };
      const campaign = idOf(await beta("POST /api/campaigns", { data: { type: "campaign", attributes } }));
      const [audience = ""] = await ids(`/api/campaigns/${campaign}/campaign-audiences`);
      const [message = ""] = await ids(`/api/campaigns/${campaign}/campaign-messages`);
      const [variation = ""] = await ids(`/api/campaign-messages/${message}/campaign-variations`);
      return { campaign, audience, message, variation };
    },
    schedule: (message, attributes = IN_AN_HOUR) =>
      beta("POST /api/campaign-message-schedule", {
        data: {
          type: "campaign-message-schedule",
          attributes,
          relationships: relationsTo({ "campaign-message": `campaign-message:${message}` }),
        },
      }),
    stopMessage: (id, action) =>
      beta(`PATCH /api/campaign-message-schedule/${id}`, { data: { type: "campaign-message-schedule", id, attributes: { action } } }),
    messageStatus: async (id) => (await definition("campaign-message", id))["status"],
  };
}

/** `{campaign: "campaign:x"}` as relationships of a body. */
export function relationsTo(to: Record<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(to).map(([name, target]) => {
      const [type = "", id = ""] = target.split(":");
      return [name, { data: { type, id } }];
    }),
  );
}
