import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { canProbeWrite, probeFor, readProbe, stableScopes, writeProbe } from "./probe-plan.ts";
import { urlOf } from "./address.ts";

const catalog = loadCatalog();
const scopes = stableScopes(catalog);
const all = new Set(scopes);
const none = new Set<string>();

describe("stableScopes", () => {
  it("lists what stable operations need and nothing that only beta ones do", () => {
    expect(scopes).toHaveLength(46);
    expect(scopes).toEqual(expect.arrayContaining(["accounts:read", "data-privacy:write", "webhooks:write"]));
    expect(scopes).not.toContain("agents:read");
  });
});

describe("probeFor", () => {
  it("has one for every scope once the others are granted, but none for erasure", () => {
    expect(scopes.filter((scope) => !probeFor(catalog, scope, all))).toEqual(["data-privacy:write"]);
  });

  it("changes nothing by a read scope and sends only what must be refused by a write scope", () => {
    const wrong = scopes.filter((scope) => {
      const operation = probeFor(catalog, scope, all);
      if (!operation) return scope !== "data-privacy:write";
      if (!operation.scopes.includes(scope)) return true;
      return scope.endsWith(":write") ? !canProbeWrite(operation) : operation.method !== "GET" || operation.effect.risk > 0;
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ["accounts:read", "get_accounts"],
    ["lists:read", "get_lists"],
    ["campaigns:read", "get_campaign"],
    ["coupon-codes:read", "get_bulk_create_coupon_code_jobs"],
    ["subscriptions:read", "get_bulk_suppress_profiles_jobs"],
    ["lists:write", "create_list"],
    ["campaigns:write", "refresh_campaign_recipient_estimation"],
    ["flows:write", "create_flow"],
    ["images:write", "update_image"],
    ["profiles:write", "create_profile"],
    ["tracking-settings:write", "update_tracking_setting"],
  ])("finds %s by %s alone", (scope, id) => {
    expect(probeFor(catalog, scope, none)?.id).toBe(id);
  });

  it.each([
    ["conversations:read", "profiles:read"],
    ["push-tokens:read", "profiles:read"],
    ["push-tokens:write", "profiles:write"],
    ["tags:write", "tags:read"],
  ])("finds %s only once %s is granted", (scope, needed) => {
    expect(probeFor(catalog, scope, none)).toBeUndefined();
    expect(probeFor(catalog, scope, new Set([needed]))?.scopes.toSorted()).toEqual([scope, needed].toSorted());
  });
});

describe("the probes", () => {
  it("ask for one row, or for an item that does not exist", () => {
    expect(readProbe(mustFind(catalog, "get_lists")).query).toEqual([["page[size]", "1"]]);
    expect(readProbe(mustFind(catalog, "get_campaign"))).toMatchObject({ path: "/api/campaigns/halyard-no-such-id", query: [] });
  });

  it("have the empty body, an id that does not exist, no query and no file, whatever the write", () => {
    for (const operation of catalog.operations.filter(canProbeWrite)) {
      const probe = writeProbe(operation);
      expect(probe).toMatchObject({ body: {}, query: [], files: {} });
      expect(urlOf("https://a.klaviyo.com", operation, probe).pathname).toBe(probe.path);
    }
  });

  it("are not for reads, writes without a body, files and the client endpoints", () => {
    for (const id of ["get_lists", "delete_list", "upload_image_from_file", "create_client_event", "query_campaign_values"]) {
      expect(canProbeWrite(mustFind(catalog, id))).toBe(false);
    }
  });
});
