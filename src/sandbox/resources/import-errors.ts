import type { JsonObject } from "../../lib/json.ts";
import { defineResource } from "../engine/declare.ts";
import { defineCollection, type Row } from "../state/collection.ts";

/** Why one person of an import was left out. */
export interface ImportErrorRow extends Row {
  job: string;
  code: string;
  title: string;
  detail: string;
  pointer: string;
  payload: JsonObject;
}

export const importErrors = defineCollection<ImportErrorRow>("import_errors", { indexes: { job: (error) => error.job } });

/** Read through their job alone. */
export const importErrorResource = defineResource<ImportErrorRow>({
  type: "import-error",
  path: "/api/profile-bulk-import-jobs/{id}/import-errors",
  collection: importErrors,
  attributes: ({ code, title, detail, pointer, payload }) => ({ code, title, detail, source: { pointer }, original_payload: payload }),
});
