import { defineMachine } from "../engine/machine.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export type ExportStatus = "complete" | "expired" | "failed" | "processing";

export const exportLife = defineMachine<ExportStatus, "expire" | "fail" | "finish">("export job", {
  processing: { finish: "complete", fail: "failed" },
  complete: { expire: "expired" },
  expired: {},
  failed: {},
});

export interface ExportJobRow extends Row {
  status: ExportStatus;
  created: number;
  /** What is asked for of each row; empty for everything. */
  properties: string[];
  /** When the file goes. */
  expires?: number;
  error?: string;
}

/** A finished export. It is kept as text and compressed on its way out. */
export interface ExportFileRow extends Row {
  /** Last part of its address. Whoever knows it may have the file, as with the signed addresses of file stores. */
  name: string;
  csv: string;
}

/** Under the ids of their jobs. */
export const exportFiles = defineCollection<ExportFileRow>("export_files", { unique: { name: (file) => file.name } });

/** Where the files are: no part of the API, so no key is asked for there. */
export const EXPORTS_PATH = "/exports/";
