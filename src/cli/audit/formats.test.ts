import { describe, expect, it } from "vitest";
import { EVENTS } from "../../../test/fixtures/cli-rows.ts";
import { EXPORT_FORMATS, type ExportedRow } from "./formats.ts";

const row = (changes: Partial<ExportedRow> = {}): ExportedRow => {
  const [first] = EVENTS;
  if (!first) throw new Error("no row");
  return { ...first, body: "kept", prev_hash: "aa", hash: "bb", ...changes };
};

describe("CSV", () => {
  it.each(["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "|x", "%x"])("no cell begins with %j", (text) => {
    const line = EXPORT_FORMATS.csv.page([row({ event: text, agent_id: text })]);
    expect(line).toContain(`"'${text}"`);
    expect(line).not.toContain(`"${text}"`);
  });

  it("quotes quotes, and keeps to its columns", () => {
    const head = EXPORT_FORMATS.csv.head({ publicKey: "k", version: "1", filter: {} });
    const line = EXPORT_FORMATS.csv.page([row({ fields: { a: 'x","y' }, call_id: null })]);
    expect(head).toBe('"seq","at","event","call_id","agent_id","connection_id","body","fields","prev_hash","hash"\r\n');
    expect(line).toContain('"{""a"":""x\\"",\\""y""}"');
    expect(line.match(/(^|,)"(?:[^"]|"")*"/g)).toHaveLength(10);
  });
});

describe("JSONL", () => {
  it("says how to verify it, then gives every column", () => {
    expect(JSON.parse(EXPORT_FORMATS.jsonl.head({ publicKey: "k", version: "1", filter: { from: "x" } }))).toEqual({
      halyard_audit: 1,
      public_key: "k",
      filter: { from: "x" },
    });
    expect(JSON.parse(EXPORT_FORMATS.jsonl.page([row()]))).toEqual(row());
  });

  it("holds no character that steers a terminal, and the same data", () => {
    const hostile = row({ fields: { name: "a\u001b[2J\u202E" } });
    const text = EXPORT_FORMATS.jsonl.page([hostile]);
    for (const steering of ["\u001b", "\u202E"]) expect(text).not.toContain(steering);
    expect(JSON.parse(text)).toEqual(hostile);
  });
});

describe("OTLP", () => {
  it("is one request a line, with times in nanoseconds as text", () => {
    const { resourceLogs } = JSON.parse(EXPORT_FORMATS.otel.page([row(), row({ seq: 2 })])) as {
      resourceLogs: { scopeLogs: { logRecords: Record<string, unknown>[] }[] }[];
    };
    const [first, second] = resourceLogs[0]?.scopeLogs[0]?.logRecords ?? [];
    expect(first).toMatchObject({ timeUnixNano: `${row().at}000000`, severityText: "INFO", eventName: "halyard.received" });
    expect(second?.["attributes"]).toContainEqual({ key: "halyard.seq", value: { intValue: "2" } });
  });

  it.each([
    ["epoch.gap", {}, "ERROR"],
    ["refused", {}, "WARN"],
    ["decided", { verdict: "deny" }, "WARN"],
    ["outcome", { status: "unknown" }, "WARN"],
    ["outcome", { status: "done" }, "INFO"],
  ])("%s %j is %s", (event, fields, severity) => {
    expect(EXPORT_FORMATS.otel.page([row({ event, fields })])).toContain(`"severityText":"${severity}"`);
  });
});
