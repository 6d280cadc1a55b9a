import { describe, expect, it } from "vitest";
import { createIdentity } from "./identity.ts";

describe("ids", () => {
  it("have Klaviyo's forms and grow, so that their order is the order of making", () => {
    const ids = createIdentity("seed");
    const made = Array.from({ length: 2000 }, () => ({ ulid: ids.ulid(1_784_109_600_000), short: ids.short(), uuid: ids.uuid() }));
    for (const form of ["ulid", "short", "uuid"] as const) {
      const each = made.map((row) => row[form]);
      expect(each).toEqual([...new Set(each)].toSorted((a, b) => (a < b ? -1 : 1)));
    }
    expect(made[0]).toEqual({
      ulid: expect.stringMatching(/^01[0-9A-HJKMNP-TV-Z]{24}$/),
      short: expect.stringMatching(/^[A-Z][A-Za-z0-9]{5}$/),
      uuid: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    });
  });

  it("are the same for the same seed, and go on from a mark", () => {
    const [one, two, other] = [createIdentity("seed"), createIdentity("seed"), createIdentity("other")];
    const mark = one.mark();
    const first = [one.ulid(5), one.short(), one.hex(10), one.digits(4)];
    expect([two.ulid(5), two.short(), two.hex(10), two.digits(4)]).toEqual(first);
    expect(other.hex(10)).not.toBe(first[2]);
    one.reset(mark);
    expect([one.ulid(5), one.short(), one.hex(10), one.digits(4)]).toEqual(first);
  });
});
