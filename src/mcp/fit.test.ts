import { describe, expect, it } from "vitest";
import { isJsonObject, type JsonObject } from "../lib/json.ts";
import { fit, MAX_ANSWER_BYTES } from "./fit.ts";

const bytes = (data: JsonObject) => Buffer.byteLength(JSON.stringify(data));

describe("fitting an answer into its limit", () => {
  it("leaves an answer alone that fits", () => {
    const data = { status: "done", rows: [{ id: "A" }], next_cursor: "c" };
    expect(fit(data)).toBe(data);
  });

  it("shows the first rows, says how many, and gives no cursor that would skip the others", () => {
    const rows = Array.from({ length: 100 }, (_, at) => ({ id: String(at), html: "é".repeat(1000) }));
    const shown = fit({ status: "done", count: 100, rows, next_cursor: "c" });
    const kept = Array.isArray(shown["rows"]) ? shown["rows"].length : 0;
    expect(kept).toBeGreaterThan(20);
    expect(kept).toBeLessThan(30);
    expect(shown).toMatchObject({
      status: "done",
      count: kept,
      truncated: expect.stringContaining(`${kept} of 100 rows shown. Ask again with page_size ${kept}`),
    });
    expect(shown).not.toHaveProperty("next_cursor");
    expect(bytes(shown)).toBeLessThanOrEqual(MAX_ANSWER_BYTES);
    expect(bytes({ ...shown, rows: rows.slice(0, kept + 1) })).toBeGreaterThan(MAX_ANSWER_BYTES - 600);
  });

  it("cuts the longest texts of one large row and warns against writing them back", () => {
    const shown = fit({ status: "done", row: { id: "T", html: "x".repeat(200_000), name: "n".repeat(2000) } });
    expect(shown).toMatchObject({
      row: { id: "T", name: "n".repeat(2000), html: expect.stringMatching(/^x{16000}… \[cut: 16000 of 200000 characters\]$/) },
    });
    expect(shown["truncated"]).toContain("1 long text was cut (row.html): do not write a cut text back");
  });

  it("never cuts a surrogate pair in half", () => {
    const shown = fit({ row: { html: `x${"😀".repeat(50_000)}` } });
    expect(isJsonObject(shown["row"]) && typeof shown["row"]["html"] === "string" && shown["row"]["html"].isWellFormed()).toBe(true);
  });

  it("says only that it is too large when nothing else helps", () => {
    const shown = fit({ status: "done", call_id: "call_1", row: { ids: Array.from({ length: 50_000 }, (_, at) => at) } });
    expect(shown).toStrictEqual({ status: "done", call_id: "call_1", truncated: expect.stringContaining("bytes and cannot be shown") });
  });
});
