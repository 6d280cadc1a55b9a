import { afterAll, describe, expect, it } from "vitest";
import { onlyInSandbox } from "../account/skip.ts";
import { createRequests } from "./arguments.ts";
import { EXCEPTIONS, type Exception } from "./recorded-exceptions.ts";
import { inKind, operationOf, recordedExchanges } from "./recorded.ts";
import { differences, shapeOf } from "./shape.ts";
import { openShop } from "./shop.ts";

/** Exchanges that were recorded with a real account, sent in kind to this one: the answers have the same form. */
const shop = (await openShop()).as("stable");
const requests = createRequests(shop);
afterAll(() => shop.sandbox.close());

const exchanges = recordedExchanges();
if (!exchanges) process.stdout.write("skipped: the recorded exchanges are not at hand (../shared/klaviyo/recorded)\n");

const used = new Set<Exception>();

/** Depend on the connection and the moment, not on what was asked. */
const PASSING_HEADERS = ["ratelimit-remaining", "ratelimit-reset", "x-klaviyo-oauth-client-id", "x-klaviyo-trace-id"];

describe.skipIf(!exchanges)("a recorded exchange is answered in kind", () => {
  const replayed = (exchanges ?? []).filter(([, exchange]) => operationOf(shop.operations, exchange));

  it("for most of what was recorded", () => {
    expect(replayed.length).toBeGreaterThan(55);
  });

  it.each(replayed.map(([name, exchange], at) => [name, exchange, at] as const))("%s", async (_, exchange, at) => {
    const operation = operationOf(shop.operations, exchange);
    if (operation) shop.admit(operation);
    const { method, path, params = {}, data } = await inKind(shop, requests, exchange, at);
    const query = Object.entries(params).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
    const answer = await shop.call(method, query.length > 0 ? `${path}?${query.join("&")}` : path, data);
    expect(
      operation?.answers.map(({ status }) => status),
      answer.asked,
    ).toContain(answer.status);
    const found =
      exchange.response === ""
        ? answer.text === ""
          ? []
          : ["there is a body"]
        : differences(shapeOf(exchange.response), shapeOf(answer.body));
    const headers = Object.entries(exchange.headers ?? {}).flatMap(([header, value]) => {
      if (PASSING_HEADERS.includes(header)) return [];
      const ours = answer.headers[header];
      const isSame = ["content-type", "allow", "vary", "content-language", "ratelimit-limit"].includes(header)
        ? ours === value
        : ours !== undefined;
      return isSame ? [] : [`header ${header} is ${ours}, recorded as ${value}`];
    });
    const unexplained = [...found, ...headers].filter((line) => {
      const exception = EXCEPTIONS.find((each) => each.line.test(line));
      if (exception) used.add(exception);
      return !exception;
    });
    expect(unexplained, `${answer.asked.slice(0, 200)}: ${unexplained.join("; ")}`).toEqual([]);
  });

  it("and no exception is left over", () => {
    onlyInSandbox("what a real account differs in is its own affair");
    expect(EXCEPTIONS.filter((exception) => !used.has(exception)).map(({ because }) => because)).toEqual([]);
  });
});
