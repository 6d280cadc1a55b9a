import { describe, expect, it } from "vitest";
import { createMemoryLimits } from "../../test/memory-limits.ts";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { createManualClock } from "../lib/clock.ts";
import { createLimiter, parseRetryAfter, readUsage, sharesOf, windowsOf } from "./limits.ts";

const catalog = loadCatalog();
const metered = (id: string, query: [string, string][] = []) => ({ operation: mustFind(catalog, id), query, accountId: "Abc123" });
const names = (id: string, query?: [string, string][]) => windowsOf(metered(id, query)).map(({ key, allowed }) => `${key} ${allowed}`);

describe("windowsOf", () => {
  it("has the operation's windows, with a day where there is one", () => {
    expect(names("get_profile")).toEqual(["Abc123:get_profile:1 75", "Abc123:get_profile:60 750"]);
    expect(names("create_list")).toEqual(["Abc123:create_list:1 10", "Abc123:create_list:60 150", "Abc123:create_list:86400 150"]);
  });

  it("adds the windows of costly query options under names that operations share", () => {
    const query: [string, string][] = [["additional-fields[profile]", "subscriptions,predictive_analytics"]];
    const shared = [
      "Abc123:additional-fields[profile]=predictive_analytics:1 10",
      "Abc123:additional-fields[profile]=predictive_analytics:60 150",
    ];
    expect(names("get_profiles", query).slice(2)).toEqual(shared);
    expect(names("get_profiles_for_list", query).slice(2)).toEqual(shared);
    expect(names("get_profiles", [["additional-fields[profile]", "subscriptions"]])).toHaveLength(2);
    expect(names("get_profile", [["include", "lists,push-tokens"]]).slice(2)).toEqual([
      "Abc123:include=lists:1 1",
      "Abc123:include=lists:60 15",
    ]);
  });
});

describe("sharesOf", () => {
  const shares = (id: string, agentId?: string) => sharesOf({ ...metered(id), agentId }).map(({ key, allowed }) => `${key} ${allowed}`);

  it("holds an agent, and all of them, to a part of the minute and the day", () => {
    expect(shares("create_list", "agent_1")).toEqual([
      "Abc123:create_list:60:agents 135",
      "Abc123:create_list:60:agent_1 90",
      "Abc123:create_list:86400:agents 135",
      "Abc123:create_list:86400:agent_1 90",
    ]);
  });

  it("are nobody's where the owner calls", () => {
    expect(shares("create_list")).toEqual([]);
  });
});

describe("parseRetryAfter", () => {
  it.each([
    ["7", 7000],
    [" 7 ", 7000],
    ["0", 1000],
    ["86400", 60_000],
    ["99999999999", 1000],
    ["-5", 1000],
    ["1.5", 1000],
    ["Wed, 21 Oct 2026 07:28:00 GMT", 1000],
    ["", 1000],
    [undefined, 1000],
  ])("reads %j as %i ms", (text, waitMs) => {
    expect(parseRetryAfter(text)).toBe(waitMs);
  });
});

describe("readUsage", () => {
  const usage = (
    id: string,
    limit: string | undefined,
    remaining: string | undefined,
    reset: string | undefined = "22",
    query: [string, string][] = [],
  ) => {
    const found = readUsage(windowsOf(metered(id, query)), { limit, remaining, reset });
    return found && [found.window.key, found.used];
  };

  it("takes the remaining number for the window that is named first", () => {
    expect(usage("create_coupon", "3, 3;w=1, 60;w=60", "1")).toEqual(["Abc123:create_coupon:1", 2]);
    expect(usage("create_coupon", "60, 3;w=1, 60;w=60", "1")).toEqual(["Abc123:create_coupon:60", 59]);
  });

  it("takes the shorter of two windows with the same number", () => {
    expect(usage("create_list", "150, 10;w=1, 150;w=60, 150;w=86400", "0")).toEqual(["Abc123:create_list:60", 150]);
  });

  it("finds the window of a query option by its number", () => {
    expect(usage("get_list", "1, 1;w=1, 15;w=60", "0", "22", [["additional-fields[list]", "profile_count"]])).toEqual([
      "Abc123:additional-fields[list]=profile_count:1",
      1,
    ]);
  });

  it("keeps to our own bound where Klaviyo's has changed", () => {
    expect(usage("create_coupon", "30, 30;w=1, 60;w=60", "2")).toEqual(["Abc123:create_coupon:1", 1]);
    expect(usage("create_coupon", "30, 30;w=1, 60;w=60", "29")).toEqual(["Abc123:create_coupon:1", 0]);
  });

  it.each([
    [undefined, "1", "2"],
    ["3, 3;w=1, 60;w=60", undefined, "2"],
    ["3, 3;w=1, 60;w=60", "-1", "2"],
    ["3, 3;w=1, 60;w=60", "1", "0"],
    ["3", "1", "2"],
    ["x, 3;w=1", "1", "2"],
    ["3, 3;w=7", "1", "2"],
  ])("makes nothing of %j, %j, %j", (limit, remaining, reset) => {
    expect(usage("create_coupon", limit, remaining, reset)).toBeUndefined();
  });
});

describe("reserve", () => {
  const setUp = (maxWaitMs = 15_000) => {
    const clock = createManualClock(1_000_000);
    const limits = createMemoryLimits();
    return { clock, limits, limiter: createLimiter(limits, clock, maxWaitMs) };
  };

  it("waits for the next second, then for the next minute", async () => {
    const { clock, limiter } = setUp(70_000);
    const coupon = metered("create_coupon");
    for (let i = 0; i < 61; i++) await limiter.reserve(coupon, { waitedMs: 0 }, undefined);
    expect(clock.waits.filter((waitMs) => waitMs === 1000)).toHaveLength(19);
    expect(clock.waits.at(-1)).toBe(41_000);
    expect(clock.now()).toBe(1_060_000);
  });

  it("gives up when the waits of one call would be too long, and says when there is room", async () => {
    const { clock, limiter } = setUp(1500);
    const lists = metered("get_list", [["additional-fields[list]", "profile_count"]]);
    const patience = { waitedMs: 0 };
    await limiter.reserve(lists, patience, undefined);
    await limiter.reserve(lists, patience, undefined);
    await expect(limiter.reserve(lists, patience, undefined)).rejects.toMatchObject({ code: "rate_limited", retryAfterMs: 1000 });
    expect(clock.waits).toEqual([1000]);
  });

  it("leaves room for the others and the owner when one agent uses its share up (K1)", async () => {
    const clock = createManualClock(0);
    const limiter = createLimiter(createMemoryLimits(), clock, 0);
    const take = async (agentId?: string): Promise<boolean> => {
      clock.advance(25);
      return limiter.reserve({ ...metered("get_list"), agentId }, { waitedMs: 0 }, undefined).then(
        () => true,
        () => false,
      );
    };
    const takenBy = async (times: number, agentId?: string): Promise<number> => {
      let taken = 0;
      for (let n = 0; n < times; n++) if (await take(agentId)) taken++;
      return taken;
    };
    const { perMinute } = metered("get_list").operation.limits;
    const [greedy, other, owner] = [await takenBy(perMinute, "agent_1"), await takenBy(perMinute, "agent_2"), await takenBy(perMinute)];
    expect([greedy, other, owner]).toEqual([perMinute * 0.6, perMinute * 0.3, perMinute * 0.1].map(Math.floor));
  });

  it("holds an operation of an account after a 429, and only that", async () => {
    const { clock, limiter } = setUp();
    limiter.hold(metered("create_coupon"), 4000);
    limiter.hold(metered("create_coupon"), 1000);
    await limiter.reserve(metered("create_list"), { waitedMs: 0 }, undefined);
    await limiter.reserve({ ...metered("create_coupon"), accountId: "Other1" }, { waitedMs: 0 }, undefined);
    expect(clock.waits).toEqual([]);
    expect(await limiter.reserve(metered("create_coupon"), { waitedMs: 0 }, undefined)).toBe(1_004_000);
  });

  it("writes back what the answer says, under the time at which the place was taken", async () => {
    const { clock, limits, limiter } = setUp();
    const takenAtMs = await limiter.reserve(metered("create_coupon"), { waitedMs: 0 }, undefined);
    clock.advance(700);
    await limiter.correct(metered("create_coupon"), { limit: "60, 3;w=1, 60;w=60", remaining: "20", reset: "30" }, takenAtMs);
    await limiter.correct(metered("create_coupon"), { limit: undefined, remaining: undefined, reset: undefined }, takenAtMs);
    expect(limits.observed).toEqual([{ key: "Abc123:create_coupon:60", widthS: 60, used: 40, atMs: 1_000_000 }]);
  });
});
