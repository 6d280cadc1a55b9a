import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { versionsOf, withIds } from "../resources/form-definition.ts";
import { forms, formVersions, type FormRow } from "../resources/form-rows.ts";
import { DAY_MS } from "./calendar.ts";

/** Names that consent refers to. */
export const FORM_NAMES = { letter: "Quay letter sign-up", texts: "Early access by text" } as const;

/** A live form as its events tell of it. */
export interface ShopForm {
  id: string;
  name: string;
  versions: [string, ...string[]];
  /** Since when visitors saw it, ms. */
  since: number;
}

export interface ShopForms {
  popup: ShopForm;
  texts: ShopForm;
  footer: ShopForm;
}

const submit = (label: string): JsonObject => ({ type: "button", properties: { label }, action: { type: "close", submit: true } });
const email: JsonObject = { type: "email", properties: {} };
const phone: JsonObject = { type: "phone_number", properties: {} };
const step = (name: string, ...blocks: JsonObject[]): JsonObject => ({ name, columns: [{ rows: [{ blocks }] }] });

/** Three forms that visitors see, one of them tested in two versions, and one that nobody has finished. */
export function seedForms(ctx: Context, openedMs: number): ShopForms {
  const make = (name: string, status: FormRow["status"], day: number, versions: JsonObject[]): FormRow => {
    const created = openedMs + day * DAY_MS;
    const form: FormRow = {
      id: ctx.ids.short(),
      name,
      status,
      abTest: versions.length > 1,
      definition: withIds({ versions: versions.map((each) => ({ ...each, status, ab_test: versions.length > 1 })) }, ctx),
      created,
      updated: created + 12 * DAY_MS,
    };
    for (const version of versionsOf(form)) ctx.rows(formVersions).put(version);
    return ctx.rows(forms).put(form);
  };
  const live = (name: string, day: number, versions: JsonObject[]): ShopForm => {
    const { id, created } = make(name, "live", day, versions);
    const [first = "", ...rest] = ctx
      .rows(formVersions)
      .where("form", id)
      .map((version) => version.id);
    return { id, name, versions: [first, ...rest], since: created };
  };
  const afterTenSeconds: JsonObject = { type: "delay", properties: { seconds: 10 } };
  const made = {
    popup: live(FORM_NAMES.letter, 20, [
      { name: "With a picture", type: "popup", triggers: [afterTenSeconds], steps: [step("Address", email, submit("Come aboard"))] },
      { name: "Words alone", type: "popup", triggers: [afterTenSeconds], steps: [step("Address", email, submit("Send me the letter"))] },
    ]),
    texts: live(FORM_NAMES.texts, 70, [
      { name: "Flyout", type: "flyout", triggers: [{ type: "exit_intent" }], steps: [step("Number", phone, submit("Text me"))] },
    ]),
    footer: live("Footer", 15, [{ name: "Footer", type: "embed", steps: [step("Address", email, submit("Subscribe"))] }]),
  };
  make("Winter giveaway", "draft", 870, [
    {
      name: "Idea",
      type: "full_screen",
      triggers: [{ type: "exit_intent" }],
      steps: [step("Address", email, submit("Put my name in the hat"))],
    },
  ]);
  return made;
}
