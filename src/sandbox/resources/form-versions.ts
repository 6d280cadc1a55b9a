import { defineResource, toOne } from "../engine/declare.ts";
import { timeText } from "../engine/time.ts";
import { formVersions, type FormVersionRow } from "./form-rows.ts";

export const formVersionResource = defineResource<FormVersionRow>({
  type: "form-version",
  path: "/api/form-versions",
  collection: formVersions,
  attributes: (version, ctx) => ({
    form_type: version.type,
    variation_name: version.name,
    ab_test: version.abTest ? { variation_name: version.name } : null,
    status: version.status,
    created_at: timeText(version.created, ctx),
    updated_at: timeText(version.updated, ctx),
  }),
  filters: {
    form_type: ({ type }) => type,
    status: ({ status }) => status,
    updated_at: ({ updated }) => updated,
    created_at: ({ created }) => created,
  },
  sorts: { created_at: ({ created }) => created, updated_at: ({ updated }) => updated },
  relationships: { form: toOne("form", ({ form }) => form) },
});
