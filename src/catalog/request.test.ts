import { describe, expect, it } from "vitest";
import { sampleArgs } from "../../test/fixtures/sample-args.ts";
import { HalyardError } from "../lib/errors.ts";
import { loadCatalog, mustFind } from "./catalog.ts";
import { buildRequest, parseRequest } from "./request.ts";
import { bodyViolations, inputSchema } from "./validation.ts";

const catalog = loadCatalog();
const FILLS = { account_id: "AbC123" };

function violationsOf(operationId: string, args: Record<string, never> | object): string[] {
  try {
    buildRequest(mustFind(catalog, operationId), JSON.parse(JSON.stringify(args)), FILLS);
    return [];
  } catch (thrown) {
    if (!(thrown instanceof HalyardError)) throw thrown;
    return thrown.violations.map(({ path }) => path);
  }
}

describe.each(["required", "all"] as const)("flat arguments, %s ones filled", (fill) => {
  it.each(catalog.operations.map((operation) => [operation.id, operation] as const))(
    "%s round-trips and its body is what the vendor's schema takes",
    (_, operation) => {
      const args = sampleArgs(operation, fill);
      const request = buildRequest(operation, args, FILLS);
      expect(parseRequest(operation, request)).toEqual(args);
      if (request.body !== null && operation.body?.mediaType === "json") expect(bodyViolations(operation, request.body)).toEqual([]);
    },
  );
});

it("writes the envelopes that an agent need not know", () => {
  const list = buildRequest(mustFind(catalog, "create_list"), { name: "VIP" }, FILLS);
  expect(list).toMatchObject({ method: "POST", path: "/api/lists", body: { data: { type: "list", attributes: { name: "VIP" } } } });
  const members = buildRequest(mustFind(catalog, "add_profiles_to_list"), { id: "Vip123", profiles: ["01A", "01B"] }, FILLS);
  expect(members.path).toBe("/api/lists/Vip123/relationships/profiles");
  expect(members.body).toEqual({
    data: [
      { type: "profile", id: "01A" },
      { type: "profile", id: "01B" },
    ],
  });
  const update = buildRequest(
    mustFind(catalog, "update_profile"),
    { id: "01A", first_name: null, patch_properties: { unset: "x" } },
    FILLS,
  );
  expect(update.body).toEqual({
    data: { type: "profile", id: "01A", attributes: { first_name: null }, meta: { patch_properties: { unset: "x" } } },
  });
});

it("writes query parameters with their names on the wire", () => {
  const { query } = buildRequest(
    mustFind(catalog, "get_lists"),
    { page_size: 5, fields_list: ["name", "name"], filter: "equals( name , ['a\"b'] )" },
    FILLS,
  );
  expect(query).toEqual([
    ["fields[list]", "name"],
    ["filter", 'equals(name,["a\\"b"])'],
    ["page[size]", "5"],
  ]);
});

it("fills in the account where a storefront operation wants it", () => {
  const operation = mustFind(catalog, "create_client_event");
  expect(buildRequest(operation, sampleArgs(operation, "required"), FILLS).query).toEqual([["company_id", "AbC123"]]);
  expect(violationsOf("create_client_event", { ...sampleArgs(operation, "required"), company_id: "Other1" })).toEqual(["/company_id"]);
});

describe("arguments that are wrong", () => {
  it.each([
    ["create_list", {}, ["/name"]],
    ["create_list", { name: 5 }, ["/name"]],
    ["create_list", { name: "x", nmae: "y", approved: true }, ["/nmae", "/approved"]],
    ["create_list", { name: "x", data: { attributes: { name: "y" } } }, ["/data"]],
    ["get_lists", { page_size: 11 }, ["/page_size"]],
    ["get_lists", { page_size: "5" }, ["/page_size"]],
    ["get_lists", { filter: "equals(nmae,'x')" }, ["/filter"]],
    ["get_lists", { filter: "equals(name,'x'),or(y)" }, ["/filter"]],
    ["get_profile", { id: "../lists" }, ["/id"]],
    ["get_profile", { id: "01A%2f..%2f" }, ["/id"]],
    ["get_profile", { id: "" }, ["/id", "/id"]],
    ["get_profile", { id: "a/b" }, ["/id"]],
    ["send_campaign", { id: "x\ny" }, ["/id"]],
    ["get_profile", { id: "01A", revision: "2020-01-01" }, ["/revision"]],
  ])("%s %o", (operationId, args, paths) => {
    expect(violationsOf(operationId, args)).toEqual(paths);
  });

  it("tells every violation at once, each with its path", () => {
    expect(violationsOf("create_event", { properties: {}, metric: { nam: "x" }, profile: { email: 5 } })).toEqual([
      "/metric/name",
      "/metric/nam",
      "/profile/email",
    ]);
  });
});

it("gives every argument a name that every model's API takes", () => {
  for (const operation of catalog.operations) {
    for (const name of Object.keys(inputSchema(operation).properties ?? {})) expect(name).toMatch(/^[a-zA-Z0-9_.-]{1,64}$/);
  }
});

it("has the few renamed arguments that the documentation lists", () => {
  const renamed = catalog.operations.flatMap(({ id, args }) =>
    args.filter(({ name, place }) => place?.[1] !== undefined && name !== place[1].replaceAll("-", "_")).map(({ name }) => `${id}.${name}`),
  );
  expect(renamed).toEqual(["clone_campaign_audience_beta.attributes_id", "clone_campaign_message_beta.attributes_id"]);
});
