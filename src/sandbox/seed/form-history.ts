import type { JsonObject } from "../../lib/json.ts";
import type { EventWriter } from "./event-writer.ts";
import type { ShopForm } from "./forms.ts";
import type { Random } from "./random.ts";

/** Somebody sees a form. `submittedAt` is when they sent it; without it, at `at` they saw it and closed it. */
export function writeForm(
  form: ShopForm,
  person: { index: number },
  at: number,
  random: Random,
  writer: EventWriter,
  isSent: boolean,
): void {
  const seenAt = isSent ? at - random.between(12, 60) * 1000 : at;
  const version = form.versions[person.index % form.versions.length] ?? form.versions[0];
  const properties: JsonObject = {
    form_id: form.id,
    form_version_id: version,
    form_name: form.name,
    page_url: "https://harbourandpine.example/",
  };
  if (seenAt < form.since) return;
  for (const metric of ["Qualified Form", "Viewed Form", "Viewed Form Step"]) writer.write(metric, seenAt, { properties });
  if (!isSent) return void writer.write("Closed Form", seenAt + random.between(2, 15) * 1000, { properties });
  for (const metric of ["Submitted Form Step", "Submitted Form"]) writer.write(metric, at, { properties });
}
