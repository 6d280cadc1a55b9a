import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export type FormStatus = "draft" | "live";

/** A sign-up form. Times are ms. */
export interface FormRow extends Row {
  name: string;
  status: FormStatus;
  abTest: boolean;
  /** As in the API, every part with its id. */
  definition: JsonObject;
  created: number;
  updated: number;
}

export const forms = defineCollection<FormRow>("forms", { indexes: { name: ({ name }) => name } });

/** One version of a form: an A/B test has several. */
export interface FormVersionRow extends Row {
  form: string;
  type: "banner" | "embed" | "flyout" | "full_page" | "popup";
  name: string;
  status: FormStatus;
  abTest: boolean;
  created: number;
  updated: number;
}

export const formVersions = defineCollection<FormVersionRow>("form_versions", { indexes: { form: ({ form }) => form } });
