import { always, type From, type Override } from "./override.ts";

const LOCALES = { source_locale: "en", target_locales: ["fr", "pt-BR"], fallback_locale: "en", channel: "email" };
const OF_NOTHING = { campaign_variation: undefined, flow_message: undefined, template: undefined, template_universal_content: undefined };

/** Translations, exports and test mails. */
export const TRANSLATION_VALUES: Record<string, Override> = {
  create_translation_beta: {
    because: "a translation is of one thing, which has none yet, and locales are no enum",
    args: async ({ ids }) => ({ ...LOCALES, ...OF_NOTHING, template: await ids.fresh("template") }),
  },
  update_translation_beta: always("locales are no enum, and values have the ids of their texts", {
    ...LOCALES,
    channel: undefined,
    values: [],
  }),
  get_flow_message_for_translation_beta: translationOf("flow-message"),
  get_flow_message_id_for_translation_beta: translationOf("flow-message"),
  get_template_for_translation_beta: translationOf("template"),
  get_template_id_for_translation_beta: translationOf("template"),
  get_template_universal_content_for_translation_beta: translationOf("template-universal-content"),
  get_template_universal_content_id_for_translation_beta: translationOf("template-universal-content"),
  create_profile_bulk_export_job_beta: {
    because: "people come out of a list or a segment, and properties have their own names",
    args: async ({ ids }) => ({ properties: ["email", "properties['size']"], list: await ids.one("list"), segment: undefined }),
  },
  create_event_bulk_export_job_beta: always("the two ends of a range must differ", {
    start_date: "2026-06-01T00:00:00Z",
    end_date: "2026-07-01T00:00:00Z",
  }),
  create_template_preview_send_job_beta: always("recipients are addresses", { recipients: ["ada@example.com"] }),
};

/** Makes one of another thing of the type. */
function translationOf(type: string): Override {
  return {
    because: "a translation is of one thing alone",
    async args({ ids, shop }: From) {
      const data = { type: "translation", attributes: LOCALES, relationships: { [type]: { data: { type, id: await ids.fresh(type) } } } };
      const answer = await shop.call("POST", "/api/translations", { data });
      return { id: String((answer.body?.["data"] as { id?: unknown } | undefined)?.id) };
    },
  };
}
