import type { JsonObject } from "../../lib/json.ts";

const TEXT = { font_style: "normal", font_family: "Helvetica,Arial", letter_spacing: 0, text_decoration: "none" };

/** A style of text as the API writes it. */
export function textStyle(color: string, size: number, weight = 400, more: JsonObject = {}): JsonObject {
  return { ...TEXT, color, font_size: size, font_weight: weight, ...more };
}

const LINK = textStyle("#197bbd", 14, 400, { text_decoration: "underline" });

/** Look of mails in an account that has not been styled yet (assumed: plain, and close to the editor's). */
export const PLAIN_EMAIL: Record<"body" | "footer" | "header", JsonObject> = {
  body: {
    background_color: "#ffffff",
    body_background_color: "#f7f7f7",
    text: textStyle("#222222", 14),
    h1_text: textStyle("#222222", 40, 700),
    h2_text: textStyle("#222222", 32, 700),
    h3_text: textStyle("#222222", 24, 700),
    h4_text: textStyle("#222222", 18, 400),
    link_text: LINK,
  },
  header: { background_color: "#ffffff", links: [], link_text: LINK, logo_max_width: 160 },
  footer: { background_color: "#ffffff", text: textStyle("#666666", 12), link_text: LINK, social_group_color: "default" },
};
