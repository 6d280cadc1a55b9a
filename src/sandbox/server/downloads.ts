import { gzipSync } from "node:zlib";
import { EXPORTS_PATH, type ExportFileRow } from "../resources/export-rows.ts";
import type { Collection } from "../state/collection.ts";

/** A gzipped CSV, or undefined when the path leads to no file that is still there. */
export type Downloads = (method: string, path: string) => Buffer | undefined;

/** The files of finished exports. `files` gives them as they are now; undefined where the account has none. */
export function createDownloads(files: () => Collection<ExportFileRow> | undefined): Downloads {
  return (method, path) => {
    if (!path.startsWith(EXPORTS_PATH) || (method !== "GET" && method !== "HEAD")) return undefined;
    const file = files()?.find("name", path.slice(EXPORTS_PATH.length));
    return file && gzipSync(file.csv);
  };
}
