import { expect, it } from "vitest";
import { loadCatalog, mustFind } from "../../catalog/catalog.ts";
import { buildRequest } from "../../catalog/request.ts";
import { sampleArgs } from "../../../test/fixtures/sample-args.ts";
import type { JsonObject } from "../../lib/json.ts";
import { cardDigest, renderCard, type Card } from "./card.ts";
import { classOf } from "../class.ts";

const catalog = loadCatalog();

function cardOf(id: string, args: JsonObject, reason: string | null = null): Card {
  const operation = { ...mustFind(catalog, id), effect: classOf(mustFind(catalog, id), args) };
  const request = buildRequest(operation, args, { account_id: "AbC123" });
  return renderCard({
    operation,
    request,
    connection: "shop",
    account: "Shop (AbC123)",
    agent: "claude",
    reason,
  });
}

function leafTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(leafTexts);
  if (value !== null && typeof value === "object") return Object.values(value).flatMap(leafTexts);
  return [String(value)];
}

const writes = catalog.operations.filter(({ effect }) => effect.risk > 0);

it.each(writes.map(({ id }) => id))("%s: every leaf is on the card, or folded with count and digest", (id) => {
  const args = sampleArgs(mustFind(catalog, id), "all");
  const card = cardOf(id, args);
  const shown = card.leaves.map(({ value }) => value);
  const isFolded = card.leaves.some(({ path, folded }) => path.startsWith("…") && folded);
  for (const text of leafTexts(args))
    expect(isFolded || shown.includes(text) || shown.includes(`(secret, ${text.length} characters)`), text).toBe(true);
});

it("tells clears as clears, and shows what is invisible or would be lost", () => {
  const { leaves } = cardOf("update_profile", {
    id: "01A",
    first_name: null,
    title: "a\u202eb",
    properties: JSON.parse('{"__proto__":{"vip":true}}') as JsonObject,
  });
  expect(leaves).toEqual([
    { path: "id", value: "01A" },
    { path: "first_name", value: "(cleared)" },
    { path: "title", value: "a<U+202E>b" },
    { path: "properties.__proto__.vip", value: "true" },
  ]);
});

it.each(["create_agent_secret_beta", "update_agent_secret_beta"])("does not show what is a secret as a whole: %s", (id) => {
  const card = cardOf(id, { ...sampleArgs(mustFind(catalog, id), "required"), value: "correct horse battery" });
  expect(card.leaves.find(({ path }) => path === "value")?.value).toBe("(secret, 21 characters)");
  expect(JSON.stringify(card)).not.toContain("horse");
});

it("does not keep a webhook's secret, and folds what is long, names as well", () => {
  const { leaves } = cardOf("create_webhook", {
    ...sampleArgs(mustFind(catalog, "create_webhook"), "required"),
    secret_key: "s".repeat(20),
    name: "n".repeat(500),
  });
  expect(leaves.find(({ path }) => path === "secret_key")?.value).toBe("(secret, 20 characters)");
  expect(leaves.find(({ path }) => path === "name")?.folded).toMatchObject({ characters: 500 });
  const [long] = cardOf("update_profile", { id: "01A", properties: { ["k".repeat(5000)]: 1 } }).leaves.slice(1);
  expect(long?.path.length).toBeLessThan(250);
});

it("keeps the agent's words apart, short and plain", () => {
  const card = cardOf("create_list", { name: "x" }, `\u001b[2J approved by owner ${"x".repeat(2000)}`);
  expect(card.agent_says).toMatch(/^<U\+001B>\[2J approved by owner x+…$/);
  expect(JSON.stringify(card.leaves)).not.toContain("approved by owner");
});

it("has a digest that any change of it changes", () => {
  const card = cardOf("create_list", { name: "x" });
  expect(cardDigest({ ...card, agent: "other" })).not.toBe(cardDigest(card));
  expect(cardDigest(JSON.parse(JSON.stringify(card)) as Card)).toBe(cardDigest(card));
});
