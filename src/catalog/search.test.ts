import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadCatalog } from "./catalog.ts";
import { searchActions } from "./search.ts";

/** Requests by someone who had not seen the phrases: `request <tab> acceptable operations <tab> plain | nouns`. */
const REQUESTS = readFileSync(new URL("../../test/search/requests.tsv", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => {
    const [request = "", ids = "", wording = ""] = line.split("\t");
    return { request, ids: ids.split(","), wording };
  });

function shareFound(wording: string, among: number): number {
  const asked = REQUESTS.filter((one) => one.wording === wording);
  const found = asked.filter(({ request, ids }) => searchActions(loadCatalog(), request, among).some(({ id }) => ids.includes(id)));
  return found.length / asked.length;
}

it("finds the right action among five for everyday words and for Klaviyo's nouns", () => {
  expect(shareFound("plain", 5)).toBeGreaterThanOrEqual(0.9);
  expect(shareFound("nouns", 5)).toBeGreaterThanOrEqual(0.95);
});

it("puts the right one first most of the time", () => {
  expect(shareFound("plain", 1)).toBeGreaterThanOrEqual(0.6);
  expect(shareFound("nouns", 1)).toBeGreaterThanOrEqual(0.7);
});

it("finds nothing for nothing", () => {
  expect(searchActions(loadCatalog(), "the of a")).toEqual([]);
  expect(searchActions(loadCatalog(), "xyzzy")).toEqual([]);
});

it("gives every operation wording that tells it from its neighbours", () => {
  const summaries = new Map<string, string>();
  for (const { id, summary, phrases } of loadCatalog().operations) {
    expect(summary.length, id).toBeLessThanOrEqual(90);
    expect(phrases.length, id).toBeGreaterThanOrEqual(3);
    expect(phrases.length, id).toBeLessThanOrEqual(6);
    expect(summaries.get(summary), `${id} has the summary of another`).toBeUndefined();
    summaries.set(summary, id);
  }
});
