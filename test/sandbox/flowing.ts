import type { JsonObject } from "../../src/lib/json.ts";
import { event } from "./activity.ts";
import { openCampaigning, type Campaigning } from "./campaigning.ts";
import { dataOf, type Called } from "./open.ts";
import { at, attributesOf, idOf } from "./people.ts";

/** An account with short ways to flows. */
export interface Flowing extends Campaigning {
  /** Makes a flow and returns its id. */
  flow(trigger: JsonObject, actions: JsonObject[], more?: JsonObject): Promise<string>;
  set(flow: string, status: string): Promise<Called>;
  definition(flow: string): Promise<JsonObject>;
  /** Ids of the actions in their order. */
  actionIds(flow: string): Promise<string[]>;
  /** Metrics of a person's events that a flow has sent, oldest first. */
  got(profile: string): Promise<string[]>;
  /** Names of the messages a person was sent, oldest first. */
  sent(profile: string): Promise<string[]>;
  track(email: string, metric: string, attributes?: JsonObject): Promise<void>;
  metric(name: string): Promise<string>;
  addTo(list: string, ...profiles: string[]): Promise<Called>;
  /** How many rows of a collection there are. */
  count(collection: string): number;
}

export async function openFlowing(): Promise<Flowing> {
  const account = await openCampaigning();
  const { call } = account;
  const definition = async (flow: string): Promise<JsonObject> =>
    at(attributesOf(await call(`GET /api/flows/${flow}?additional-fields[flow]=definition`)), "definition");
  const messages = async (profile: string) => (await account.events(profile)).filter(({ properties }) => properties["$flow"] !== undefined);
  return {
    ...account,
    definition,
    async flow(trigger, actions, more) {
      const answer = await call("POST /api/flows", flowBody(trigger, actions, more));
      if (answer.status !== 201) throw new Error(answer.text);
      return idOf(answer);
    },
    set: (id, status) => call(`PATCH /api/flows/${id}`, { data: { type: "flow", id, attributes: { status } } }),
    actionIds: async (flow) => ((await definition(flow))["actions"] as { id: string }[]).map(({ id }) => id),
    got: async (profile) => (await messages(profile)).map(({ metric }) => metric),
    sent: async (profile) =>
      (await messages(profile))
        .filter(({ metric }) => metric.startsWith("Received"))
        .map(({ properties }) => String(properties["Campaign Name"])),
    async track(email, metric, attributes = {}) {
      const answer = await call("POST /api/events", event(email, metric, attributes));
      if (answer.status !== 202) throw new Error(answer.text);
    },
    async metric(name) {
      const found = dataOf(await call("GET /api/metrics")).find(({ attributes }) => attributes["name"] === name);
      if (!found) throw new Error(`There is no metric ${name}`);
      return found.id;
    },
    addTo: (list, ...profiles) =>
      call(`POST /api/lists/${list}/relationships/profiles`, { data: profiles.map((id) => ({ type: "profile", id })) }),
    count: (collection) => account.control.state().counts[collection] ?? 0,
  };
}

/** Actions follow each other in their order unless they say otherwise; their temporary ids are `a0`, `a1` … unless given. */
export function flowBody(trigger: JsonObject | undefined, actions: JsonObject[], more: JsonObject = {}): JsonObject {
  const named = actions.map((action, i) => ({ temporary_id: `a${i}`, ...action }));
  const linked = named.map((action, i) => ({ ...action, links: at(action)["links"] ?? { next: named[i + 1]?.temporary_id ?? null } }));
  const definition = {
    triggers: trigger ? [trigger] : [],
    profile_filter: null,
    actions: linked,
    entry_action_id: named[0]?.temporary_id ?? null,
    ...more,
  };
  return { data: { type: "flow", attributes: { name: "Welcome", definition } } };
}

export function email(name: string, more: JsonObject = {}): JsonObject {
  const message = {
    name,
    subject_line: `About ${name}`,
    from_email: "shop@shop.example",
    from_label: "Shop",
    smart_sending_enabled: false,
    ...more,
  };
  return { type: "send-email", data: { message } };
}

export function delay(value: number, unit = "days", more: JsonObject = {}): JsonObject {
  return { type: "time-delay", data: { unit, value, timezone: "UTC", ...more } };
}

export function groups(...conditions: JsonObject[]): JsonObject {
  return { condition_groups: conditions.map((each) => ({ conditions: [each] })) };
}

export function property(name: string, value: string): JsonObject {
  return { type: "profile-property", property: `properties['${name}']`, filter: { type: "string", operator: "equals", value } };
}

/** So many events of a metric, since the flow began or ever. */
export function activity(metric: string, count: number, operator: "alltime" | "flow-start" = "alltime"): JsonObject {
  return {
    type: "profile-metric",
    metric_id: metric,
    measurement: "count",
    measurement_filter: { type: "numeric", operator: "equals", value: count },
    timeframe_filter: { type: "date", operator },
  };
}
