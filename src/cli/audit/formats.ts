import { isoMillis } from "../../lib/clock.ts";
import { safeJson } from "../output.ts";
import type { CliApp } from "../parts.ts";

/** A row of the record as the app gives it out. */
export type ExportedRow = Awaited<ReturnType<CliApp["audit"]["last"]>>[number];

/** How rows become text: a beginning, then pages. Every text ends with a line break. */
export interface ExportFormat {
  head(about: ExportAbout): string;
  page(rows: ExportedRow[]): string;
}

export interface ExportAbout {
  publicKey: string;
  version: string;
  filter: Record<string, string>;
}

/** One JSON object a line, the first about the export: what an outsider needs to verify it. */
const jsonl: ExportFormat = {
  head: ({ publicKey, filter }) => `${safeJson({ halyard_audit: 1, public_key: publicKey, filter })}\n`,
  page: (rows) => rows.map((row) => `${safeJson(row)}\n`).join(""),
};

const COLUMNS = ["seq", "at", "event", "call_id", "agent_id", "connection_id", "body", "fields", "prev_hash", "hash"] as const;

/** Quoted throughout, and no cell begins with what a spreadsheet would run as a formula. */
const csv: ExportFormat = {
  head: () => `${COLUMNS.map(cell).join(",")}\r\n`,
  page: (rows) =>
    rows
      .map((row) => {
        const texts = { ...row, seq: String(row.seq), at: isoMillis(row.at), fields: safeJson(row.fields) };
        return `${COLUMNS.map((column) => cell(texts[column] ?? "")).join(",")}\r\n`;
      })
      .join(""),
};

function cell(text: string): string {
  const harmless = /^[=+\-@\t\r\n|%]/.test(text) ? `'${text}` : text;
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** OTLP logs in JSON, one request a line, as the collector's file receiver reads them. Source: opentelemetry.io/docs/specs/otlp. */
const otel: ExportFormat = {
  head: () => "",
  page: (rows) =>
    `${safeJson({
      resourceLogs: [
        {
          resource: { attributes: [attribute("service.name", "halyard")] },
          scopeLogs: [{ scope: { name: "halyard.audit", version: "1" }, logRecords: rows.map(logRecord) }],
        },
      ],
    })}\n`,
};

function logRecord(row: ExportedRow) {
  const { severityNumber, severityText } = severityOf(row);
  const { seq, event, call_id, agent_id, connection_id, body, prev_hash, hash } = row;
  const named = { call_id, agent_id, connection_id, body, prev_hash, hash };
  const attributes = Object.entries(named).flatMap(([name, value]) => (value === null ? [] : [attribute(`halyard.${name}`, value)]));
  return {
    timeUnixNano: `${row.at}000000`,
    observedTimeUnixNano: `${row.at}000000`,
    severityNumber,
    severityText,
    eventName: `halyard.${event}`,
    body: { stringValue: safeJson(row.fields) },
    attributes: [{ key: "halyard.seq", value: { intValue: String(seq) } }, ...attributes],
  };
}

const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } });

/** What an operator should be woken by, what he should look at, and the rest. */
const SERIOUS = new Set(["epoch.gap", "unrecorded"]);
const NOTABLE = new Set(["refused", "refused.summary", "approval.voided", "clock.back", "epoch.accepted", "pruned", "audit.erased"]);

function severityOf({ event, fields }: ExportedRow): { severityNumber: number; severityText: string } {
  if (SERIOUS.has(event)) return { severityNumber: 17, severityText: "ERROR" };
  const isUnknown = event === "outcome" && fields["status"] === "unknown";
  if (NOTABLE.has(event) || isUnknown || fields["verdict"] === "deny") return { severityNumber: 13, severityText: "WARN" };
  return { severityNumber: 9, severityText: "INFO" };
}

export const EXPORT_FORMATS = { jsonl, csv, otel };
