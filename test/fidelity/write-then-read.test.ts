import { afterAll, describe, expect, it } from "vitest";
import type { Operation } from "../../src/catalog/operation.ts";
import { isJsonObject, type Json, type JsonObject } from "../../src/lib/json.ts";
import { createRequests } from "./arguments.ts";
import { dataOf, openShop } from "./shop.ts";

/** What a create or an update said, and what it was told, is what a read gives afterwards. */
const shop = await openShop();
const requests = createRequests(shop);
afterAll(() => shop.sandbox.close());

/** In the channel of the write where that has a read: some types look different in each. */
const itemOf = (type: string | null, channel: Operation["channel"]): Operation | undefined => {
  const items = shop.operations.filter(
    ({ shape, resource, path }) => shape === "item" && resource === type && /^\/api\/[^/]+\/\{\w+\}$/.test(path),
  );
  return items.find((item) => item.channel === channel) ?? items[0];
};
const pairs = shop.operations.flatMap((write) => {
  const item = itemOf(write.body?.type ?? null, write.channel);
  // What is taken in later (events, push tokens) is answered without a body, so without an id.
  const isNamed = write.shape === "update" || write.answers.some(({ hasBody }) => hasBody);
  return item && isNamed && (write.shape === "create" || write.shape === "update") && write.auth === "key" ? [{ write, item }] : [];
});

/** What is told to carriers, who alone see it. */
const PAPERS = [
  "first_name",
  "last_name",
  "phone_number",
  "email",
  "address",
  "business_name",
  "business_website",
  "business_type",
  "doing_business_as",
  "business_registration_country",
  "business_registration_authority",
  "business_registration_number",
];

/** Attributes that are not read back as they were sent, by resource type, and why. */
const NOT_READ_BACK: Record<string, string> = {
  "campaign audiences": "become resources of their own in beta",
  "campaign campaign-messages": "become resources of their own",
  "campaign messages": "become resources of their own in beta",
  "campaign-message variations": "become resources of their own",
  "catalog-category catalog_type": "part of the id",
  "catalog-category integration_type": "part of the id",
  "catalog-item catalog_type": "part of the id",
  "catalog-item integration_type": "part of the id",
  "catalog-variant catalog_type": "part of the id",
  "catalog-variant integration_type": "part of the id",
  "object-type object-schema": "becomes a resource of its own",
  "object-type visibility": "not among the attributes of the vendor's answer",
  "tag-group return_fields": "an instruction, not an attribute",
  "flow definition": "gets ids and defaults of its own",
  "form definition": "gets ids of its own",
  "image import_from_url": "becomes image_url",
  "object-schema properties": "get descriptions of their own",
  "profile patch_properties": "an instruction, not an attribute",
  "template html": "gets the parts that a document must have (recorded/create-template.json)",
  "translation values": "shown only when they are asked for",
  "webhook endpoint_url": "only its host is shown",
  "webhook secret_key": "a secret is never shown",
  "text-messaging-sender text-messaging-sender-registration": "becomes a resource of its own",
  ...Object.fromEntries(PAPERS.map((name) => [`text-messaging-sender-registration ${name}`, "carriers alone see it"])),
  "agent-knowledge content": "stands in its source",
  "agent-knowledge title": "stands in its source",
  "agent-secret value": "a secret is never shown",
};

describe("what is written is read", () => {
  it.each(pairs.map((pair) => [pair.write.id, pair] as const))("%s", async (_, { write, item }) => {
    shop.admit(write);
    const args = await requests.argsFor(write, "all");
    const written = await shop.send(write, args);
    expect(written.status < 300 ? "" : written.text, written.asked).toBe("");
    const id = dataOf(written)[0]?.id ?? args["id"];
    const named = item.args.find((arg) => arg.in === "path")?.name ?? "id";
    const read = await shop.send(item, { [named]: id ?? null });
    const [found] = dataOf(read);
    if (written.body) expect(plain(found)).toEqual(plain(dataOf(written)[0]));
    const attributes = flat(found?.attributes ?? {});
    const kept = write.args.flatMap(({ name, place }) =>
      place?.[0] === "attributes" && name in args ? [[place[1], args[name] ?? null]] : [],
    );
    for (const [name, value] of kept as [string, Json][]) {
      if (`${item.resource} ${name}` in NOT_READ_BACK) continue;
      for (const [path, one] of Object.entries(flat({ [name]: value }))) {
        const both = `${path}: sent ${JSON.stringify(one)}, read ${JSON.stringify(attributes[path])}`;
        expect(attributes[path] ?? null, both).toEqual(one);
      }
    }
  });
});

/** Times just written have microseconds or the sender's form, times read later have neither (recorded/update-list.json against get-list.json). */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null).replaceAll(/(T\d\d:\d\d:\d\d)(\.\d+)?(Z|\+00:00)/g, "$1Z"));
}

/** Scalars by dotted path, in one form for times. */
function flat(value: JsonObject, prefix = ""): Record<string, Json> {
  const members: Record<string, Json> = {};
  for (const [name, one] of Object.entries(value)) {
    if (isJsonObject(one)) Object.assign(members, flat(one, `${prefix}${name}.`));
    else members[prefix + name] = typeof one === "string" && /^\d{4}-\d\d-\d\dT/.test(one) ? new Date(one).toISOString() : one;
  }
  return members;
}
