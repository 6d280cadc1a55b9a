import { countOf, per, peopleOf, type Statistic } from "./statistic.ts";

export type FormEvent = "closed" | "qualified" | "step submitted" | "step viewed" | "submitted" | "viewed";

/** Names of Klaviyo's form metrics (assumed: no recorded account has a form that was seen). */
export const FORM_METRICS: readonly [metric: string, kind: FormEvent][] = [
  ["Viewed Form", "viewed"],
  ["Viewed Form Step", "step viewed"],
  ["Submitted Form Step", "step submitted"],
  ["Form submitted by profile", "submitted"],
  ["Submitted Form", "submitted"],
  ["Closed Form", "closed"],
  ["Qualified Form", "qualified"],
];

/** Statistics of forms by name. `submit_rate` is of all views: the vendor's example has 9 submits of 90 views as 0.1. */
export const FORM_STATISTICS: Record<string, Statistic<FormEvent>> = {
  closed_form: countOf("closed"),
  closed_form_uniques: peopleOf("closed"),
  qualified_form: countOf("qualified"),
  qualified_form_uniques: peopleOf("qualified"),
  submit_rate: per(countOf<FormEvent>("submitted"), countOf<FormEvent>("viewed")),
  submits: countOf("submitted"),
  submitted_form_step: countOf("step submitted"),
  submitted_form_step_uniques: peopleOf("step submitted"),
  viewed_form: countOf("viewed"),
  viewed_form_step: countOf("step viewed"),
  viewed_form_step_uniques: peopleOf("step viewed"),
  viewed_form_uniques: peopleOf("viewed"),
};
