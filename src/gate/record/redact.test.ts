import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../../catalog/catalog.ts";
import { plainName, plainPath, redacted } from "./redact.ts";

const catalog = loadCatalog();
const shown = (operation: string, args: Parameters<typeof redacted>[1]) => redacted(mustFind(catalog, operation), args);

describe("what the record keeps for good", () => {
  it("names what was changed and to which of Klaviyo's words, and no text of anyone's", () => {
    expect(
      shown("create_profile", {
        email: "a@b.co",
        first_name: "Anna",
        external_id: "a@b.co",
        properties: { vip: true, visits: 3, phone: 4915112345678 },
      }),
    ).toEqual([
      "email = (text, 6 characters)",
      "first_name = (text, 4 characters)",
      "external_id = (text, 6 characters)",
      "properties.vip = true",
      "properties.visits = 3",
      "properties.phone = (text, 13 characters)",
    ]);
  });

  it("keeps ids, switches and the names of lists, without addresses in them", () => {
    expect(shown("update_list", { id: "Abc123", name: "VIP of a@b.co" })).toEqual(["id = Abc123", "name = VIP of …@b.co"]);
    expect(shown("get_profiles", { filter: 'equals(email,"a@b.co")', page_size: 20, sort: "-created" })).toEqual([
      'filter = equals(email,"…")',
      "page_size = 20",
      "sort = -created",
    ]);
  });

  it("says how much more there was", () => {
    const args = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`p${n}`, n]));
    expect(shown("create_profile", { properties: args }).at(-1)).toBe("… 10 more");
  });
});

it("what an agent calls a name is kept only where it could be one", () => {
  expect(plainName("create_list")).toBe("create_list");
  expect(plainName("anna@shop.example")).toBe("(not a name, 17 characters)");
  expect([plainPath("/properties/a"), plainPath("/a@b.co")]).toEqual(["/properties/a", "(a path of its own)"]);
});
