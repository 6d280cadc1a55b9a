import type { JsonObject } from "../../src/lib/json.ts";
import { actions } from "../../src/sandbox/actions.ts";
import type { Context } from "../../src/sandbox/engine/context.ts";
import { defineAction } from "../../src/sandbox/engine/declare.ts";
import { resources } from "../../src/sandbox/resources.ts";
import { onlyInSandbox } from "../account/skip.ts";
import { dataOf, open, type Called, type Opened } from "./open.ts";

/** An account with everything that is declared, and short ways to its people. */
export interface People extends Opened {
  /** Makes a profile and returns its id. */
  person(attributes: JsonObject): Promise<string>;
  /** Makes a list and returns its id. */
  list(name: string, optIn?: string): Promise<string>;
  /** Attributes of a profile with its subscriptions. */
  read(id: string): Promise<JsonObject>;
  /** `subscriptions.email.marketing` of a profile. */
  email(id: string): Promise<JsonObject>;
  sms(id: string): Promise<JsonObject>;
  /** The profile that has this address, if any. */
  find(email: string): Promise<string | undefined>;
  listIds(id: string): Promise<string[]>;
  /** Names of the metrics of a profile's events, in order of time, with their properties. */
  events(id: string): Promise<{ metric: string; properties: JsonObject }[]>;
  /** Runs `work` inside the account, as sending a campaign would. */
  within(work: (ctx: Context) => void): Promise<void>;
}

export async function openPeople(): Promise<People> {
  let inside: ((ctx: Context) => void) | undefined;
  // What runs inside does so in the place of this read.
  const door = defineAction("get_accounts", (request, ctx) => {
    inside?.(ctx);
    return ctx.reply.empty(request);
  });
  const sandbox = await open({ resources, actions: [...actions, door], profiles: 0 });
  const ids = async (path: string): Promise<string[]> => dataOf(await sandbox.call(`GET ${path}`)).map(({ id }) => id);
  const read = async (id: string): Promise<JsonObject> =>
    attributesOf(await sandbox.call(`GET /api/profiles/${id}?additional-fields[profile]=subscriptions`));
  const channel = async (id: string, name: string): Promise<JsonObject> => at(await read(id), "subscriptions", name, "marketing");
  return {
    ...sandbox,
    read,
    email: (id) => channel(id, "email"),
    sms: (id) => channel(id, "sms"),
    person: async (attributes) => idOf(await sandbox.call("POST /api/profiles", { data: { type: "profile", attributes } })),
    list: async (name, optIn) =>
      idOf(
        await sandbox.call("POST /api/lists", { data: { type: "list", attributes: { name, ...(optIn && { opt_in_process: optIn }) } } }),
      ),
    find: async (email) => (await ids(`/api/profiles?filter=${encodeURIComponent(`equals(email,"${email}")`)}`))[0],
    async within(work) {
      onlyInSandbox("nothing can be run inside an account");
      inside = work;
      await sandbox.call("GET /api/accounts");
    },
    listIds: (id) => ids(`/api/profiles/${id}/relationships/lists`),
    async events(id) {
      const answer = await sandbox.call(`GET /api/events?filter=equals(profile_id,"${id}")&include=metric&sort=timestamp`);
      const included = (answer.body["included"] ?? []) as { id: string; attributes: { name: string } }[];
      const names = new Map(included.map((metric) => [metric.id, metric.attributes.name]));
      return dataOf(answer).map(({ attributes, relationships }) => ({
        metric: names.get(String(at(relationships, "metric", "data")["id"])) ?? "",
        properties: at(attributes, "event_properties"),
      }));
    },
  };
}

export function idOf(answer: Called): string {
  return dataOf(answer)[0]?.id ?? "";
}

export function attributesOf(answer: Called): JsonObject {
  return dataOf(answer)[0]?.attributes ?? {};
}

export function at(value: object, ...path: string[]): JsonObject {
  let here: unknown = value;
  for (const name of path) here = (here as Record<string, unknown> | undefined)?.[name];
  return (here ?? {}) as JsonObject;
}

export function profileBody(attributes: JsonObject, more: JsonObject = {}): JsonObject {
  return { data: { type: "profile", attributes, ...more } };
}

/** Body of a bulk (un)subscribe call. `people` are attributes of each. */
export function consentBody(
  kind: "create" | "delete",
  people: JsonObject[],
  { list, ...attributes }: JsonObject & { list?: string } = {},
): JsonObject {
  const profiles = { data: people.map((each) => ({ type: "profile", attributes: each })) };
  const relationships = list === undefined ? {} : { relationships: { list: { data: { type: "list", id: list } } } };
  return { data: { type: `profile-subscription-bulk-${kind}-job`, attributes: { profiles, ...attributes }, ...relationships } };
}

export const subscribed = (more: JsonObject = {}): JsonObject => ({ marketing: { consent: "SUBSCRIBED", ...more } });
export const unsubscribed: JsonObject = { marketing: { consent: "UNSUBSCRIBED" } };

export const SUBSCRIBE = "POST /api/profile-subscription-bulk-create-jobs";
export const UNSUBSCRIBE = "POST /api/profile-subscription-bulk-delete-jobs";
