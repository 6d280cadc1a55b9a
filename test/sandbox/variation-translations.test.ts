import { afterEach, beforeEach, expect } from "vitest";
import { dataOf } from "./open.ts";
import { openOmni, type Omni } from "./omni.ts";
import { attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let omni: Omni;
beforeEach(async () => {
  omni = await openOmni();
});
afterEach(async () => {
  expect(omni.log).toEqual([]);
  await omni.close();
});

const spec = { as: "documented", from: "openapi/beta-2026-07-15.pre.json TranslationCreateQuery" } as const;

behaviour("the texts of a variation are translated, and its translation is found from it", spec, async () => {
  const [list = ""] = await omni.ids("/api/lists");
  const { variation } = await omni.whole([list], { channel: "sms", body: "Autumn is here" });
  const locales = { source_locale: "en", target_locales: ["fr"], fallback_locale: "en", channel: "sms" };
  const made = await omni.make("translation", locales, { "campaign-variation": `campaign-variation:${variation}` });
  expect([made.status, idOf(made)]).toEqual([201, `campaign-variation::sms::${variation}`]);
  const read = await omni.beta(`GET /api/translations/${idOf(made)}?additional-fields[translation]=values&include=campaign-variation`);
  expect(attributesOf(read)["values"]).toMatchObject([{ source_text: "Autumn is here" }]);
  expect(read.body["included"]).toMatchObject([{ type: "campaign-variation", id: variation }]);
  const found = await omni.beta(`GET /api/campaign-variations/${variation}/translation`);
  expect(dataOf(found)[0]?.id).toBe(idOf(made));
});

behaviour("goes with its variation", { as: "assumed", from: "behaviour.md §2.10" }, async () => {
  const [list = ""] = await omni.ids("/api/lists");
  const { campaign, variation } = await omni.whole([list], { channel: "sms", body: "Autumn is here" });
  const locales = { source_locale: "en", target_locales: ["fr"], fallback_locale: "en", channel: "sms" };
  const id = idOf(await omni.make("translation", locales, { "campaign-variation": `campaign-variation:${variation}` }));
  expect((await omni.beta(`DELETE /api/campaigns/${campaign}`)).status).toBe(204);
  expect((await omni.beta(`GET /api/translations/${id}`)).status).toBe(404);
});
