import { afterAll, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { prepare } from "../account/skip.ts";
import { daysAgo, event, membersOf, metricId, openAccount, processed, track } from "./activity.ts";
import { dataOf, ids, list, type Opened } from "./open.ts";
import { behaviour, type Known } from "./provenance.ts";

let sandbox: Opened;
const metrics: Record<string, string> = {};
let listId = "";

const PEOPLE: Record<string, JsonObject> = {
  ada: {
    first_name: "Ada",
    phone_number: "+14155550101",
    location: { country: "United States", city: "Boston", zip: "02108" },
    properties: { Color: "Blue", Size: 42, Vip: true, Likes: ["tea", "mugs"], Birthday: "1990-07-20" },
  },
  bob: {
    first_name: "Bob",
    phone_number: "+4915112345678",
    location: { country: "DE", city: "Berlin", zip: "99999" },
    properties: { Color: "Blue-green", Size: 7, Vip: false, Likes: "tea", Birthday: "1985-07-15" },
  },
  cy: {
    location: { country: "United States", latitude: "40.75", longitude: -73.99 },
    properties: { Birthday: "2026-07-14T12:00:00Z", Size: "50" },
  },
  dee: { properties: { Birthday: "2026-07-18", Color: "" } },
};

prepare(async () => {
  sandbox = await openAccount();
  const people: Record<string, string> = {};
  for (const [name, attributes] of Object.entries(PEOPLE)) {
    const answer = await sandbox.call("POST /api/profiles", {
      data: { type: "profile", attributes: { email: `${name}@example.com`, ...attributes } },
    });
    people[name] = dataOf(answer)[0]?.id ?? "";
  }
  listId = dataOf(await sandbox.call("POST /api/lists", list("News")))[0]?.id ?? "";
  await sandbox.call(`POST /api/lists/${listId}/relationships/profiles`, ids("profile", people["ada"] ?? "", people["cy"] ?? ""));
  await subscribe("ada", ["email", "sms"]);
  await subscribe("bob", ["email"]);
  await bulk("bulk-suppression", "profile-suppression-bulk-create-job", "cy");
  const unsubscribe = {
    profiles: {
      data: [
        { type: "profile", attributes: { email: "bob@example.com", subscriptions: { email: { marketing: { consent: "UNSUBSCRIBED" } } } } },
      ],
    },
  };
  await must("POST /api/profile-subscription-bulk-delete-jobs", {
    data: { type: "profile-subscription-bulk-delete-job", attributes: unsubscribe },
  });
  sandbox.control.advance(60_000);
  const order = (name: string, days: number, value: number, properties: JsonObject = {}) =>
    event(`${name}@example.com`, "Placed Order", { time: daysAgo(days), value, properties });
  await track(
    sandbox,
    order("ada", 40, 100, { Items: ["mug", "pot"], Method: "card" }),
    order("ada", 10, 50, { Items: ["tea"], Method: "cash" }),
    order("bob", 5, 20, { Items: [], Paid: true }),
    event("ada@example.com", "Started Checkout", { time: daysAgo(40.5) }),
    event("bob@example.com", "Started Checkout", { time: daysAgo(8) }),
    event("cy@example.com", "Started Checkout", { time: daysAgo(2) }),
  );
  for (const name of ["Placed Order", "Started Checkout"]) metrics[name] = await metricId(sandbox, name);
});
afterAll(async () => {
  expect(sandbox.log).toEqual([]);
  await sandbox.close();
});

async function must(request: string, body: object): Promise<void> {
  const { status, text } = await sandbox.call(request, body);
  if (status >= 300) throw new Error(text);
}

function bulk(_: string, type: string, name: string): Promise<void> {
  const profiles = { data: [{ type: "profile", attributes: { email: `${name}@example.com` } }] };
  return must(`POST /api/${type}s`, { data: { type, attributes: { profiles } } });
}

async function subscribe(name: string, channels: ("email" | "sms")[]): Promise<void> {
  const subscriptions = Object.fromEntries(channels.map((channel) => [channel, { marketing: { consent: "SUBSCRIBED" } }]));
  const { phone_number } = PEOPLE[name] ?? {};
  const attributes = { email: `${name}@example.com`, phone_number: phone_number ?? null, subscriptions };
  const data = {
    type: "profile-subscription-bulk-create-job",
    attributes: { custom_source: "Fair", profiles: { data: [{ type: "profile", attributes }] } },
  };
  await must("POST /api/profile-subscription-bulk-create-jobs", { data });
}

type Case = [name: string, condition: () => JsonObject, members: string[]];

function table(what: string, known: Known, cases: Case[]): void {
  describe(what, () => {
    for (const [name, condition, members] of cases) {
      behaviour(name, known, async () => {
        const found = await membersOf(sandbox, await processed(sandbox, [condition()]));
        expect(found).toEqual(members.map((each) => `${each}@example.com`));
      });
    }
  });
}

const spec: Known = { as: "documented", from: "behaviour.md §2.6" };
const assumed: Known = { as: "assumed", from: "behaviour.md §2.6" };
const property =
  (name: string, type: string, operator: string, more: JsonObject = {}) =>
  () => ({ type: "profile-property", property: name, filter: { type, operator, ...more } });
const own = (name: string, type: string, operator: string, value: JsonObject[string]) =>
  property(`properties['${name}']`, type, operator, { value });
const birthday = (operator: string, more: JsonObject = {}) => property("properties['Birthday']", "date", operator, more);

table("profile-property", spec, [
  ["equals", own("Color", "string", "equals", "Blue"), ["ada"]],
  ["not-equals passes what is not set", own("Color", "string", "not-equals", "Blue"), ["bob", "cy", "dee"]],
  ["contains", own("Color", "string", "contains", "lue"), ["ada", "bob"]],
  ["not-contains", own("Color", "string", "not-contains", "green"), ["ada", "cy", "dee"]],
  ["starts-with", property("first_name", "string", "starts-with", { value: "A" }), ["ada"]],
  ["ends-with", property("email", "string", "ends-with", { value: "ob@example.com" }), ["bob"]],
  ["regex", property("email", "string", "regex", { value: "^[ab]" }), ["ada", "bob"]],
  ["nregex", property("email", "string", "nregex", { value: "^[ab]" }), ["cy", "dee"]],
  ["in", property("location['city']", "string", "in", { value: ["Boston", "Berlin"] }), ["ada", "bob"]],
  ["not-in", property("location['city']", "string", "not-in", { value: ["Boston"] }), ["bob", "cy", "dee"]],
  ["phone-country-code-in", property("phone_number", "string", "phone-country-code-in", { value: ["US", "GB"] }), ["ada"]],
  ["phone-country-code-not-in", property("phone_number", "string", "phone-country-code-not-in", { value: ["DE"] }), ["ada", "cy", "dee"]],
  ["numeric greater-than", own("Size", "numeric", "greater-than", 7), ["ada", "cy"]],
  ["numeric equals", own("Size", "numeric", "equals", 42), ["ada"]],
  ["numeric less-than-or-equal", own("Size", "numeric", "less-than-or-equal", 7), ["bob"]],
  ["boolean", own("Vip", "boolean", "equals", false), ["bob"]],
  ["list contains", own("Likes", "list", "contains", "tea"), ["ada", "bob"]],
  ["list not-contains", own("Likes", "list", "not-contains", "mugs"), ["bob", "cy", "dee"]],
  ["list length", own("Likes", "list", "length-greater-than", 1), ["ada"]],
  ["is-set, an empty text being none", property("properties['Color']", "existence", "is-set"), ["ada", "bob"]],
  ["not-set", property("phone_number", "existence", "not-set"), ["cy", "dee"]],
]);

table("profile-property dates, in UTC", { as: "documented", from: "behaviour.md §2.6 (help.klaviyo.com 4403222359451)" }, [
  ["before", birthday("before", { date: "1990-01-01T00:00:00Z" }), ["bob"]],
  ["after", birthday("after", { date: "1990-01-01T00:00:00Z" }), ["ada", "cy", "dee"]],
  ["between-static", birthday("between-static", { start: "1980-01-01T00:00:00Z", end: "2000-01-01T00:00:00Z" }), ["ada", "bob"]],
  ["in-the-last", birthday("in-the-last", { unit: "day", quantity: 2 }), ["cy"]],
  ["in-the-next", birthday("in-the-next", { unit: "week", quantity: 1 }), ["dee"]],
  ["at-least", birthday("at-least", { unit: "week", quantity: 1 }), ["ada", "bob"]],
  ["between days ago", birthday("between", { unit: "hour", start: 10, end: 30 }), ["cy"]],
  ["anniversary", birthday("anniversary"), ["bob"]],
  ["anniversary-month", birthday("anniversary-month"), ["ada", "bob", "cy", "dee"]],
  ["calendar-month", birthday("calendar-month", { value: 8 }), []],
  ["anniversary-next", birthday("anniversary-next", { unit: "day", quantity: 6 }), ["ada", "dee"]],
  ["anniversary-last", birthday("anniversary-last", { unit: "day", quantity: 2 }), ["bob", "cy"]],
]);

const ALL_TIME = { type: "date", operator: "alltime" };
const last = (days: number) => ({ type: "date", operator: "in-the-last", unit: "day", quantity: days });
const ordered =
  (measurement: string, operator: string, value: number, timeframe: JsonObject = ALL_TIME, metric_filters: JsonObject[] | null = null) =>
  () => ({
    type: "profile-metric",
    metric_id: metrics["Placed Order"] ?? "",
    measurement,
    measurement_filter: { type: "numeric", operator, value },
    timeframe_filter: timeframe,
    metric_filters,
  });
const where = (name: string, type: string, operator: string, value?: JsonObject[string]) => [
  { property: name, filter: { type, operator, ...(value !== undefined && { value }) } },
];

table("profile-metric", spec, [
  ["at least once over all time", ordered("count", "greater-than", 0), ["ada", "bob"]],
  ["zero times", ordered("count", "equals", 0), ["cy", "dee"]],
  ["a sum of values", ordered("sum", "greater-than-or-equal", 150), ["ada"]],
  ["a sum within a time frame", ordered("sum", "greater-than", 45, last(30)), ["ada"]],
  ["zero times within a time frame", ordered("count", "less-than", 1, last(7)), ["ada", "cy", "dee"]],
  ["a fixed time frame", ordered("count", "equals", 1, { type: "date", operator: "before", date: daysAgo(30) }), ["ada"]],
  ["between days ago", ordered("count", "equals", 1, { type: "date", operator: "between", unit: "day", start: 8, end: 12 }), ["ada"]],
  ["with a text of the event", ordered("count", "greater-than", 0, ALL_TIME, where("Method", "string", "equals", "cash")), ["ada"]],
  [
    "with a list of the event",
    ordered("count", "greater-than", 0, ALL_TIME, where("Items", "list", "contains-any", ["pot", "pan"])),
    ["ada"],
  ],
  ["with an empty list", ordered("count", "greater-than", 0, ALL_TIME, where("Items", "list", "length-equals", 0)), ["bob"]],
  ["with a flag of the event", ordered("count", "greater-than", 0, ALL_TIME, where("Paid", "boolean", "equals", true)), ["bob"]],
  ["with a value of the event", ordered("count", "greater-than", 0, ALL_TIME, where("$value", "numeric", "less-than", 30)), ["bob"]],
]);

const funnel = (window: string | null, second: boolean) => () => ({
  type: "profile-metric-funnel",
  timeframe_filter: last(90),
  completion_window_seconds: window,
  steps: [
    { metric_exists: true, metric_id: metrics["Started Checkout"] ?? "" },
    { metric_exists: second, metric_id: metrics["Placed Order"] ?? "" },
  ],
});

table("profile-metric-funnel", assumed, [
  ["completed whenever", funnel(null, true), ["ada", "bob"]],
  ["completed within a day", funnel("DAYS_1", true), ["ada"]],
  ["not completed within a day", funnel("DAYS_1", false), ["bob", "cy"]],
  ["not completed within five days", funnel("DAYS_5", false), ["cy"]],
]);

table("profile-group-membership", spec, [
  ["on a list", () => ({ type: "profile-group-membership", is_member: true, group_ids: [listId] }), ["ada", "cy"]],
  ["not on a list", () => ({ type: "profile-group-membership", is_member: false, group_ids: [listId] }), ["bob", "dee"]],
  [
    "since an hour",
    () => ({
      type: "profile-group-membership",
      is_member: true,
      group_ids: [listId],
      timeframe_filter: { type: "date", operator: "in-the-last", unit: "hour", quantity: 1 },
    }),
    ["ada", "cy"],
  ],
  [
    "before last year",
    () => ({
      type: "profile-group-membership",
      is_member: true,
      group_ids: [listId],
      timeframe_filter: { type: "date", operator: "before", date: daysAgo(365) },
    }),
    [],
  ],
]);

const consent = (channel: string, can: boolean, subscription: string, filters?: JsonObject[]) => () => ({
  type: "profile-marketing-consent",
  consent: { channel, can_receive_marketing: can, consent_status: { subscription, ...(filters && { filters }) } },
});

table("profile-marketing-consent", spec, [
  ["may get email, implied consent included", consent("email", true, "any"), ["ada", "dee"]],
  ["may get email by subscribing", consent("email", true, "subscribed"), ["ada"]],
  ["may get email and never subscribed", consent("email", true, "never_subscribed"), ["dee"]],
  ["may not get email", consent("email", false, "any"), ["bob", "cy"]],
  ["unsubscribed from email", consent("email", false, "unsubscribed"), ["bob"]],
  ["suppressed by hand", consent("email", false, "any", [{ field: "manual_suppression_date", filter: last(1) }]), ["cy"]],
  ["bounced", consent("email", false, "any", [{ field: "bounce_date", filter: { type: "existence", operator: "is-set" } }]), []],
  ["subscribed by the API", consent("email", true, "subscribed", [{ field: "method", method: "api" }]), ["ada"]],
  ["subscribed by a form", consent("email", true, "subscribed", [{ field: "method", method: "form" }]), []],
  [
    "subscribed at a source",
    consent("email", true, "subscribed", [{ field: "custom_source", filter: { type: "string", operator: "equals", value: "Fair" } }]),
    ["ada"],
  ],
  [
    "subscribed without confirming",
    consent("email", true, "subscribed", [{ field: "is_double_opt_in", filter: { type: "boolean", operator: "equals", value: false } }]),
    ["ada"],
  ],
  ["subscribed today", consent("email", true, "subscribed", [{ field: "status_date", filter: last(1) }]), ["ada"]],
  ["may get text messages", consent("sms", true, "subscribed"), ["ada"]],
  ["never subscribed to text messages", consent("sms", false, "never_subscribed"), ["bob", "cy", "dee"]],
  ["may get push", consent("push", true, "any"), []],
]);

const whatsapp = (reachable_status: string, filters?: JsonObject[]) => () => ({
  type: "profile-permissions",
  channel: "whatsapp_marketing",
  permission: { reachable_status, ...(filters && { filters }) },
});
const region = (name: string, isIn: boolean) => () => ({ type: "profile-region", region: name, in_region: isIn });
const near = (country_code: string, postal_code: string, operator: string, value: number) => () => ({
  type: "profile-postal-code-distance",
  country_code,
  postal_code,
  unit: "kilometers",
  filter: { type: "numeric", operator, value },
});
const predicted =
  (dimension: string, filter: JsonObject, more: JsonObject = {}) =>
  () => ({ type: "profile-predictive-analytics", dimension, filter, ...more });

table("profile-permissions", assumed, [
  ["nobody said anything", whatsapp("implicitly_unreachable"), ["ada", "bob", "cy", "dee"]],
  ["nobody is reachable", whatsapp("implicitly_or_explicitly_reachable"), []],
  ["nobody said no", whatsapp("explicitly_unreachable", []), []],
]);

table("profile-region", spec, [
  ["in the United States", region("united_states", true), ["ada", "cy"]],
  ["in the European Union", region("european_union", true), ["bob"]],
  ["not in the European Union", region("european_union", false), ["ada", "cy", "dee"]],
]);

table("profile-postal-code-distance, over a small table of places", assumed, [
  ["near by postal code or by coordinates", near("US", "11201", "less-than", 400), ["ada", "cy"]],
  ["near New York", near("US", "10001", "less-than", 50), ["cy"]],
  ["far from New York", near("US", "10001", "greater-than", 50), ["ada"]],
  ["the same unknown code", near("DE", "99999", "less-than", 1), ["bob"]],
]);

table("profile-predictive-analytics", assumed, [
  ["counted orders", predicted("historic_number_of_orders", { type: "numeric", operator: "greater-than", value: 1 }), ["ada"]],
  ["counted value", predicted("historic_clv", { type: "numeric", operator: "equals", value: 20 }), ["bob"]],
  [
    "predictions of those who ordered alone",
    predicted("churn_probability", { type: "numeric", operator: "greater-than-or-equal", value: 0 }),
    ["ada", "bob"],
  ],
  [
    "the next order of those who ordered",
    predicted("expected_date_of_next_purchase", { type: "date", operator: "after", date: "2020-01-01T00:00:00Z" }),
    ["ada", "bob"],
  ],
  [
    "text messages for those with a number",
    predicted(
      "channel_affinity",
      { type: "string", operator: "not-equals", value: "high" },
      { measurement: "rank", predicted_channel: "whatsapp" },
    ),
    [],
  ],
]);

behaviour("predicted genders part everybody", assumed, async () => {
  const genders = ["likely_female", "likely_male", "uncertain"];
  const found = await Promise.all(
    genders.map((value) => processed(sandbox, [predicted("predicted_gender", { type: "string", operator: "equals", value })()])),
  );
  const members = await Promise.all(found.map((id) => membersOf(sandbox, id)));
  expect(members.flat().toSorted()).toEqual(Object.keys(PEOPLE).map((name) => `${name}@example.com`));
});
