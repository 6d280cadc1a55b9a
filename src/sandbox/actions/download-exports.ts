import type { Action } from "../engine/declare.ts";
import { defineAction } from "../engine/declare.ts";
import { exportFiles, EXPORTS_PATH } from "../resources/export-rows.ts";

/**
 * Where the file of an export is. The documents' answer is a resource object whose one link leads to the gzipped CSV; without a file,
 * because the job still runs, has failed or has expired, there is nothing to show (assumed).
 */
export const downloadExports: readonly Action[] = ["profile", "event"].map((kind) =>
  defineAction(`get_download_for_${kind}_bulk_export_job_beta`, (request, ctx) => {
    const job = ctx.must(`${kind}-bulk-export-job`, request.params["id"] ?? "");
    const file = ctx.rows(exportFiles).get(job.id);
    const data = file ? { type: "download", links: { self: `${ctx.origin}${EXPORTS_PATH}${file.name}` } } : null;
    return { status: 200, body: { data, links: { self: request.self } } };
  }),
);
