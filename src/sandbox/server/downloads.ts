import { gzipSync } from "node:zlib";
import { EXPORTS_PATH, type ExportFileRow } from "../resources/export-rows.ts";
import type { Collection } from "../state/collection.ts";

/** A gzipped CSV, or undefined when the path leads to no file that is still there. */
export type Downloads = (method: string, path: string) => Buffer | undefined;

/** The files of finished exports; `files` gives those of each account, as they are now. */
export function createDownloads(files: () => Collection<ExportFileRow>[]): Downloads {
  return (method, path) => {
    if (!path.startsWith(EXPORTS_PATH) || (method !== "GET" && method !== "HEAD")) return undefined;
    const name = path.slice(EXPORTS_PATH.length);
    const [file] = files().flatMap((each) => each.find("name", name) ?? []);
    return file && gzipSync(file.csv);
  };
}
