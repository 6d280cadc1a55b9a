import type { JsonObject } from "../../src/lib/json.ts";
import { type Called } from "./open.ts";
import { attributesOf, idOf, openPeople, type People } from "./people.ts";

export const NOW = Date.UTC(2026, 6, 15, 10);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;

/** An account with short ways to campaigns. */
export interface Campaigning extends People {
  /** Makes a list with so many people who have an email address, and returns its id. */
  crowd(size: number, more?: (i: number) => JsonObject): Promise<string>;
  /** Makes a template and returns its id. */
  template(html?: string): Promise<string>;
  /** Makes a draft and returns its id. */
  draft(attributes: JsonObject, definition?: JsonObject): Promise<string>;
  messageId(campaign: string): Promise<string>;
  /** A draft that has all it needs. */
  ready(included: string[], attributes?: JsonObject): Promise<string>;
  send(campaign: string): Promise<Called>;
  stop(campaign: string, action: "cancel" | "revert"): Promise<Called>;
  campaign(id: string): Promise<JsonObject>;
  status(id: string): Promise<unknown>;
  jobStatus(id: string): Promise<unknown>;
  /** How many events each metric of Klaviyo's has. */
  tally(): Promise<Record<string, number>>;
}

export const EMAIL = { channel: "email", content: { subject: "Hello" } };

export async function openCampaigning(): Promise<Campaigning> {
  const people = await openPeople();
  const { call } = people;
  const read = async (path: string): Promise<JsonObject> => attributesOf(await call(`GET ${path}`));
  const draft = async (attributes: JsonObject, definition: JsonObject = EMAIL): Promise<string> =>
    idOf(await call("POST /api/campaigns", campaignBody(attributes, definition)));
  const messageId = async (campaign: string): Promise<string> => idOf(await call(`GET /api/campaigns/${campaign}/campaign-messages`));
  const template = async (html = "<html><body>Hi</body></html>"): Promise<string> =>
    idOf(await call("POST /api/templates", { data: { type: "template", attributes: { name: "T", editor_type: "CODE", html } } }));
  return {
    ...people,
    draft,
    messageId,
    template,
    async crowd(size, more = () => ({})) {
      const list = await people.list("Crowd");
      const members: string[] = [];
      for (let i = 0; i < size; i++) members.push(await people.person({ email: `p${String(i).padStart(4, "0")}@gmail.com`, ...more(i) }));
      for (let i = 0; i < size; i += 1000) {
        await call(`POST /api/lists/${list}/relationships/profiles`, {
          data: members.slice(i, i + 1000).map((id) => ({ type: "profile", id })),
        });
      }
      return list;
    },
    async ready(included, attributes = {}) {
      const id = await draft({ audiences: { included }, ...attributes });
      await call("POST /api/campaign-message-assign-template", assignBody(await messageId(id), await template()));
      return id;
    },
    send: (id) => call("POST /api/campaign-send-jobs", { data: { type: "campaign-send-job", id } }),
    stop: (id, action) => call(`PATCH /api/campaign-send-jobs/${id}`, { data: { type: "campaign-send-job", id, attributes: { action } } }),
    campaign: (id) => read(`/api/campaigns/${id}`),
    status: async (id) => (await read(`/api/campaigns/${id}`))["status"],
    jobStatus: async (id) => (await read(`/api/campaign-send-jobs/${id}`))["status"],
    async tally() {
      const counts: Record<string, number> = {};
      let path: string | null = "/api/events?include=metric&page[size]=1000";
      while (path !== null) {
        const { body } = await call(`GET ${path}`);
        const names = new Map(
          (body["included"] as { id: string; attributes: { name: string } }[] | undefined)?.map((metric) => [
            metric.id,
            metric.attributes.name,
          ]),
        );
        for (const { relationships } of body["data"] as { relationships: { metric: { data: { id: string } } } }[]) {
          const name = names.get(relationships.metric.data.id) ?? "";
          counts[name] = (counts[name] ?? 0) + 1;
        }
        const next = (body["links"] as { next: string | null }).next;
        path = next === null ? null : next.slice(people.url.length);
      }
      return counts;
    },
  };
}

export function campaignBody(attributes: JsonObject, definition: JsonObject = EMAIL): JsonObject {
  const message = { type: "campaign-message", attributes: { definition } };
  return { data: { type: "campaign", attributes: { name: "Summer", "campaign-messages": { data: [message] }, ...attributes } } };
}

export function assignBody(message: string, template: string): JsonObject {
  return { data: { type: "campaign-message", id: message, relationships: { template: { data: { type: "template", id: template } } } } };
}
