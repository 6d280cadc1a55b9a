import { describe, expect, it } from "vitest";
import { sampleArgs } from "../../../../test/fixtures/sample-args.ts";
import { loadCatalog, mustFind } from "../../../catalog/catalog.ts";
import { isWrite } from "../../../catalog/operation.ts";
import { buildRequest } from "../../../catalog/request.ts";
import type { Client } from "../../../klaviyo/client.ts";
import { Secret } from "../../../lib/secret.ts";
import { lookupOf } from "./lookups.ts";
import { createReader, searchOf } from "./sighting.ts";

const catalog = loadCatalog();
const writes = catalog.operations.filter(isWrite);
const credentials = { origin: "http://127.0.0.1:1", key: new Secret("pk_x"), accountId: "ABC123" };

/** Answers everything with nothing, and notes what was read. */
function emptyAccount() {
  const reads: string[] = [];
  const read: Client["read"] = (operation) => {
    reads.push(operation.id);
    const data = operation.answers.some(({ isCollection }) => isCollection) ? [] : { type: "x", id: "x", attributes: {} };
    return Promise.resolve({ status: 200, body: { data }, requestId: null, revision: null, attempts: 1 });
  };
  const unexpected = (): never => {
    throw new Error("only reads");
  };
  return { reads, client: { read, write: unexpected, probeWrite: unexpected, close: unexpected } };
}

describe("how a lost answer is looked up", () => {
  it("is declared for every write that a repetition would do twice, and for none that nothing can find", () => {
    const missing = writes
      .filter(({ effect }) => ["natural-key", "readable"].includes(effect.retry))
      .filter((one) => !lookupOf(catalog, one));
    expect(missing.map(({ id }) => id)).toEqual([]);
    const pointless = writes.filter(({ effect }) => effect.retry === "unreadable").filter((one) => lookupOf(catalog, one));
    expect(pointless.map(({ id }) => id)).toEqual([]);
  });

  it.each(writes.filter((operation) => lookupOf(catalog, operation)).map((operation) => [operation.id, operation] as const))(
    "%s: by reads that take what they are asked with, and never by a write",
    async (_, operation) => {
      const { reads, client } = emptyAccount();
      const reader = createReader({ catalog, client }, credentials);
      for (const fill of ["required", "all"] as const) {
        const request = buildRequest(operation, sampleArgs(operation, fill), { account_id: "ABC123" });
        const finding = await lookupOf(catalog, operation)?.find(searchOf(operation, request, { sinceMs: 0, knownBefore: [], reader }));
        expect(finding && mustFind(catalog, finding.read).effect.risk).toBe(0);
        if (finding?.kind === "rows") expect(finding.rows.every(({ id }) => id === "x")).toBe(true);
      }
      expect(reads.every((id) => !isWrite(mustFind(catalog, id)))).toBe(true);
    },
  );
});
