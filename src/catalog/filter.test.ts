import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "./catalog.ts";
import { filterViolations, formatFilter, parseFilter, type FilterClause } from "./filter.ts";

describe("the filter grammar (behaviour.md §1.8)", () => {
  it.each([
    ['equals(name,"VIP")', [{ operator: "equals", field: "name", value: "VIP" }]],
    ["equals(name,'it\\'s')", [{ operator: "equals", field: "name", value: "it's" }]],
    [
      "greater-than(created,2023-03-01T01:00:00Z)",
      [{ operator: "greater-than", field: "created", value: { datetime: "2023-03-01T01:00:00Z" } }],
    ],
    ['any(id,["a","b"])', [{ operator: "any", field: "id", value: ["a", "b"] }]],
    ["has(profile)", [{ operator: "has", field: "profile", value: undefined }]],
    ["equals(archived,false)", [{ operator: "equals", field: "archived", value: false }]],
    ["less-than(size,10)", [{ operator: "less-than", field: "size", value: 10 }]],
    [
      "equals(subscriptions.email.marketing.suppression.reason,'X')",
      [{ operator: "equals", field: "subscriptions.email.marketing.suppression.reason", value: "X" }],
    ],
  ])("%s", (text, clauses) => {
    expect(parseFilter(text)).toEqual(clauses);
    expect(parseFilter(formatFilter(parseFilter(text)))).toEqual(clauses);
  });

  it("takes a comma and and() as the same", () => {
    expect(parseFilter('and(equals(a,"1"),equals(b,"2"))')).toEqual(parseFilter('equals(a,"1"),equals(b,"2")'));
  });

  it.each([
    "",
    "equals",
    "equals(",
    "equals(name)",
    "equals(name,)",
    'equals(name,"x"',
    'equals(name,"x")x',
    'or(equals(a,"1"),equals(b,"2"))',
    "equals(name,bare)",
    'nope(name,"x")',
    'equals(name,"x\\")',
    "equals(name,[[1]])",
  ])("%j is refused, and the error says where", (text) => {
    expect(() => parseFilter(text)).toThrow(/at character \d+/);
  });

  it("reads back whatever it writes", () => {
    const text = fc.string({ unit: "binary" }).filter((value) => value.isWellFormed());
    const value = fc.oneof(text, fc.boolean(), fc.integer(), fc.array(text, { maxLength: 5 }));
    const clause = fc.record({
      operator: fc.constantFrom("equals", "any", "contains"),
      field: fc.constantFrom("name", "a.b_c", "messages.channel"),
      value,
    });
    fc.assert(
      fc.property(fc.array(clause, { minLength: 1, maxLength: 4 }), (clauses: FilterClause[]) => {
        expect(parseFilter(formatFilter(clauses))).toEqual(clauses);
      }),
    );
  });
});

describe("the whitelist of an operation", () => {
  const messagesFor = (operationId: string, text: string): string[] =>
    filterViolations(parseFilter(text), mustFind(loadCatalog(), operationId).filter).map(({ message }) => message);

  it.each([
    ["get_profiles", "equals(nope,'x')", "'nope' is not a filterable field"],
    ["get_profiles", "contains(email,'x')", "'contains' is not an allowed operator for 'email'"],
    ["get_profiles", "any(_kx,['x'])", "'any' with a list is not an allowed operator"],
    ["get_profiles", "greater-than(created,'yesterday')", "must be a date-time"],
    ["get_campaigns", "equals(messages.channel,'fax')", "must be one of email, sms, mobile_push"],
    ["get_campaigns", "equals(archived,'yes')", "must be true or false"],
    ["get_accounts", "equals(id,'x')", "'id' is not a filterable field"],
  ])("%s refuses %s", (operationId, text, message) => {
    expect(messagesFor(operationId, text)).toEqual([expect.stringContaining(message)]);
  });

  it("takes what it lists", () => {
    expect(messagesFor("get_campaigns", "equals(messages.channel,'email'),greater-than(created_at,2026-01-01)")).toEqual([]);
  });
});
