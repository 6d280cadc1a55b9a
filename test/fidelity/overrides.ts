import { BRAND_VALUES } from "./brand-values.ts";
import { AGENT_VALUES } from "./agent-values.ts";
import { CAMPAIGN_VALUES } from "./campaign-values.ts";
import { CONTENT_VALUES } from "./content-values.ts";
import { OBJECT_VALUES } from "./object-values.ts";
import { OMNI_VALUES } from "./omni-values.ts";
import type { Override } from "./override.ts";
import { PEOPLE_VALUES } from "./people-values.ts";
import { REPORT_VALUES } from "./report-values.ts";
import { TRANSLATION_VALUES } from "./translation-values.ts";

/** By operation id. An operation that is not here takes the schema's sample as it is. */
export const OVERRIDES: Record<string, Override> = {
  ...CAMPAIGN_VALUES,
  ...CONTENT_VALUES,
  ...OBJECT_VALUES,
  ...PEOPLE_VALUES,
  ...REPORT_VALUES,
  ...BRAND_VALUES,
  ...AGENT_VALUES,
  ...OMNI_VALUES,
  ...TRANSLATION_VALUES,
};
