import { defineResource, toManyByIndex } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { timeText } from "../engine/time.ts";
import { versionsOf, withIds } from "./form-definition.ts";
import { forms, formVersions, type FormRow } from "./form-rows.ts";

/** Forms (behaviour.md §2.16): made as drafts and never changed by the API; they go live in the editor. */
export const formResource = defineResource<FormRow>({
  type: "form",
  path: "/api/forms",
  collection: forms,
  attributes: (form, ctx) => ({
    name: form.name,
    status: form.status,
    ab_test: form.abTest,
    created_at: timeText(form.created, ctx),
    updated_at: timeText(form.updated, ctx),
  }),
  additional: { definition: ({ definition }) => definition },
  filters: {
    name: ({ name }) => name,
    ab_test: ({ abTest }) => abTest,
    updated_at: ({ updated }) => updated,
    created_at: ({ created }) => created,
    status: ({ status }) => status,
  },
  sorts: { created_at: ({ created }) => created, updated_at: ({ updated }) => updated },
  relationships: { "form-versions": toManyByIndex("form-version", "form") },
  create({ attributes }, ctx) {
    const form: FormRow = {
      id: ctx.ids.short(),
      name: textOf(attributes["name"]) ?? "",
      status: "draft",
      abTest: attributes["ab_test"] === true,
      definition: withIds(objectOf(attributes["definition"]), ctx),
      created: ctx.now,
      updated: ctx.now,
    };
    for (const version of versionsOf(form)) ctx.rows(formVersions).put(version);
    return form;
  },
  remove(form, ctx) {
    for (const { id } of ctx.rows(formVersions).where("form", form.id)) ctx.remove("form-version", id);
  },
});
