import { describe, expect, it } from "vitest";
import { sampleArgs } from "../../../test/fixtures/sample-args.ts";
import { loadCatalog, mustFind } from "../../catalog/catalog.ts";
import { isWrite } from "../../catalog/operation.ts";
import type { JsonObject } from "../../lib/json.ts";
import { factKind } from "../../policy/facts.ts";
import { classOf } from "../class.ts";
import { groupsOf } from "./groups.ts";
import { deletionsOf, reachOf } from "./reach.ts";

const catalog = loadCatalog();
const operation = (id: string, args: JsonObject) => ({ ...mustFind(catalog, id), effect: classOf(mustFind(catalog, id), args) });

it("whoever a campaign goes to: conditions on lists and segments can speak of each call that reaches an audience", () => {
  const reaching = catalog.operations.filter((one) => ["campaign", "message"].includes(reachOf(one, {}).kind)).map(({ id }) => id);
  expect(reaching).toEqual(["send_campaign", "schedule_campaign_message_beta"]);
  for (const id of reaching)
    for (const name of ["list", "segment", "list_size"] as const)
      expect(factKind(name).of?.(mustFind(catalog, id)), `${id} ${name}`).toBe(true);
});

describe("whom a call touches", () => {
  it.each<[string, JsonObject, object]>([
    ["update_profile", { id: "P1" }, { kind: "counted", people: 1 }],
    ["add_profiles_to_list", { id: "L1", profiles: ["a", "b", "c"] }, { kind: "counted", people: 3 }],
    ["bulk_import_profiles", { profiles: [{}, {}], lists: ["L1"] }, { kind: "counted", people: 2 }],
    ["bulk_subscribe_profiles", { profiles: [{}], list: "L1" }, { kind: "counted", people: 1 }],
    ["bulk_suppress_profiles", { list: "L1" }, { kind: "groups", people: 0, ids: ["L1"] }],
    ["bulk_suppress_profiles", { profiles: [{}], segment: "S1", list: "L1" }, { kind: "groups", people: 1, ids: ["L1", "S1"] }],
    ["bulk_suppress_profiles", { profiles: [{}, {}] }, { kind: "counted", people: 2 }],
    ["create_profile_bulk_export_job_beta", {}, { kind: "everyone" }],
    ["merge_profiles", { id: "P1", profiles: ["P2", "P3"] }, { kind: "counted", people: 3 }],
    ["create_event", { profile: {} }, { kind: "counted", people: 1 }],
    ["bulk_create_events", { events_bulk_create: [{}, {}] }, { kind: "counted", people: 2 }],
    ["delete_list", { id: "L1" }, { kind: "groups", people: 0, ids: ["L1"] }],
    ["send_campaign", { id: "C1" }, { kind: "campaign", id: "C1" }],
    ["update_flow", { id: "F1", status: "live" }, { kind: "later" }],
    ["create_flow", { definition: { actions: [{ data: { status: "live" } }] } }, { kind: "later" }],
    ["create_tag", { name: "x" }, { kind: "counted", people: 0 }],
  ])("%s %j: %j", (id, args, reach) => {
    expect(reachOf(operation(id, args), args)).toEqual(reach);
  });

  it("is somebody for every write that holds people's data", () => {
    const holdsPeople = (id: string, args: JsonObject): boolean =>
      /profile(s)?$/.test(Object.keys(args).join(" ")) ||
      JSON.stringify(args).includes("ada@example.com") ||
      /consent|erasure|merge/.test(mustFind(catalog, id).effect.kind);
    const nobody = catalog.operations.filter(isWrite).filter((one) => {
      const args = sampleArgs(one, "all");
      const reach = reachOf(operation(one.id, args), args);
      return holdsPeople(one.id, args) && reach.kind === "counted" && reach.people === 0;
    });
    // What holds an address that is the shop's own, or is about an audience that is not sent to yet.
    expect(nobody.map(({ id }) => id)).toMatchInlineSnapshot(`
      [
        "create_campaign",
        "update_campaign_message",
        "create_text_messaging_sender_beta",
        "update_campaign_variation_beta",
        "create_text_messaging_sender_registration_beta",
        "create_campaign_variation_beta",
      ]
    `);
  });
});

it("counts what is deleted", () => {
  const deleted = (id: string, args: JsonObject) => deletionsOf(operation(id, args), args);
  expect(deleted("delete_list", { id: "L1" })).toBe(1);
  expect(deleted("bulk_delete_catalog_items", { items: ["a", "b", "c"], fields_catalog_item_bulk_delete_job: ["id"] })).toBe(3);
  expect(deleted("merge_profiles", { id: "P1", profiles: ["P2", "P3"] })).toBe(2);
  expect(deleted("request_profile_deletion", { profile: {} })).toBe(1);
  expect(deleted("remove_profiles_from_list", { id: "L1", profiles: ["a"] })).toBe(0);
  for (const one of catalog.operations.filter(({ effect }) => effect.kind === "delete")) expect(deletionsOf(one, {}), one.id).toBe(1);
});

it.each<[string, JsonObject, string[], string[]]>([
  ["get_list", { id: "L1" }, ["L1"], []],
  ["update_segment", { id: "S1" }, [], ["S1"]],
  ["tag_lists", { id: "T1", lists: ["L1", "L2"] }, ["L1", "L2"], []],
  ["bulk_import_profiles", { profiles: [], lists: ["L1"] }, ["L1"], []],
  ["create_client_subscription", { list: "L1" }, ["L1"], []],
  ["create_campaign", { audiences: { included: ["X1"], excluded: ["X2"] } }, ["X1", "X2"], ["X1", "X2"]],
  [
    "create_flow",
    {
      definition: {
        triggers: [
          { type: "list", id: "L1" },
          { type: "segment", id: "S1" },
        ],
        actions: [{ data: { list_id: "L2" } }],
      },
    },
    ["L1", "L2"],
    ["S1"],
  ],
  ["create_tag", { name: "L1" }, [], []],
])("%s %j names the lists %j and the segments %j", (id, args, list, segment) => {
  expect(groupsOf(mustFind(catalog, id), args)).toEqual({ list, segment });
});
