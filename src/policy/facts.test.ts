import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { factKind, isUnknown, type FactName } from "./facts.ts";

const catalog = loadCatalog();
/** Which of these facts can be said of an operation. */
const said = (id: string, names: FactName[]): FactName[] => names.filter((name) => factKind(name).of?.(mustFind(catalog, id)));

describe("facts that can be said of an operation", () => {
  it.each([
    // By its path.
    ["delete_list", ["list", "list_size"]],
    ["get_segment", ["segment"]],
    // By the audience of the campaign that it sends.
    ["send_campaign", ["list", "segment", "list_size"]],
    ["schedule_campaign_message_beta", ["list", "segment", "list_size"]],
    // By what its arguments can hold, however deep.
    ["create_campaign", ["list", "segment", "list_size"]],
    ["create_flow", ["list", "segment", "list_size"]],
    ["tag_segments", ["segment"]],
    ["bulk_import_profiles", ["list", "list_size"]],
    // Not of one that has no place for them, whatever its name says.
    ["create_list", []],
    ["create_tag", []],
    ["merge_profiles", []],
    ["get_lists", []],
  ])("%s: of lists and segments %j", (id, names) => {
    expect(said(id, ["list", "segment", "list_size"])).toEqual(names);
  });

  it.each([
    ["update_campaign", ["campaign_status"]],
    ["send_campaign", ["campaign_status"]],
    ["get_template_for_campaign_message", ["campaign_status"]],
    ["assign_template_to_campaign_message", ["campaign_status"]],
    ["refresh_campaign_recipient_estimation", ["campaign_status"]],
    ["schedule_campaign_message_beta", ["campaign_status"]],
    ["update_campaign_message_schedule_beta", ["campaign_status"]],
    ["create_campaign_message_beta", ["campaign_status"]],
    ["create_campaign_variation_beta", ["campaign_status"]],
    ["update_campaign_variation_beta", ["campaign_status"]],
    ["delete_campaign_audience_beta", ["campaign_status"]],
    // What is copied is not acted on.
    ["create_campaign_clone", []],
    ["clone_campaign_message_beta", []],
    ["get_campaign_messages_beta", []],
    // The campaign is not there yet, or any of them is meant.
    ["create_campaign", []],
    ["get_campaigns", []],
    ["update_flow", ["flow_status"]],
    ["delete_flow_action", ["flow_status"]],
    ["create_flow", []],
    ["get_flows", []],
    ["create_tag", []],
  ])("%s: of statuses %j", (id, names) => {
    expect(said(id, ["campaign_status", "flow_status"])).toEqual(names);
  });

  it.each([
    ["send_campaign", ["people", "recipients", "host"]],
    ["update_profile", ["people", "host"]],
    ["get_profiles", []],
  ])("%s: of people and hosts %j", (id, names) => {
    expect(said(id, ["people", "recipients", "host"])).toEqual(names);
  });
});

it.each([
  [{ unknown: "it could not be looked up (timed_out)" }, true],
  [{}, false],
  [null, false],
  ["unknown", false],
  [["unknown"], false],
])("whether %j stands for what could not be found out: %s", (value, expected) => {
  expect(isUnknown(value)).toBe(expected);
});
