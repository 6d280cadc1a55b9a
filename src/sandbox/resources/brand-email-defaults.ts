import type { Json, JsonObject } from "../../lib/json.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { arrayOf, objectOf } from "../engine/input.ts";
import { brandEmailDefaults, type BrandEmailDefaultRow } from "./brand-rows.ts";
import { checkAddress, checkHex, checkPixels } from "./brand-checks.ts";

type Part = (row: BrandEmailDefaultRow) => string | undefined;
const part = (type: string, id: Part) => toOne<BrandEmailDefaultRow>(type, id, { data: "when set" });

/** Look of new mails: one per account, under its id. Updates are partial down to the members of body, header and footer. */
export const brandEmailDefaultResource = defineResource<BrandEmailDefaultRow>({
  type: "brand-email-default",
  path: "/api/brand-email-defaults",
  collection: brandEmailDefaults,
  attributes: ({ body, header, footer }) => ({ body, header, footer }),
  relationships: {
    "brand-button": part("brand-button", (row) => row.button),
    "brand-logo": part("brand-logo", (row) => row.logo),
    "brand-social-group": part("brand-social-group", (row) => row.socialGroup),
  },
  update(row, { attributes, one }) {
    const [button, logo, socialGroup] = [one("brand-button"), one("brand-logo"), one("brand-social-group")];
    return {
      ...row,
      body: merged("body", row.body, attributes),
      header: merged("header", row.header, attributes),
      footer: merged("footer", row.footer, attributes),
      ...(button !== undefined && { button }),
      ...(logo !== undefined && { logo }),
      ...(socialGroup !== undefined && { socialGroup }),
    };
  },
});

/** Null clears the width of the logo (documented); the rest is never null in answers, so null leaves it as it is (assumed). */
function merged(name: string, before: JsonObject, attributes: JsonObject): JsonObject {
  const pointer = `/data/attributes/${name}`;
  const changes = Object.entries(objectOf(attributes[name])).filter(([member, value]) => value !== null || member === "logo_max_width");
  for (const [member, value] of changes) check(member, value, `${pointer}/${member}`);
  return { ...before, ...Object.fromEntries(changes) };
}

function check(member: string, value: Json, pointer: string): void {
  if (member.endsWith("background_color")) checkHex(value, pointer);
  if (member === "logo_max_width") checkPixels(value, pointer);
  if (member === "links") for (const [i, link] of arrayOf(value).entries()) checkAddress(objectOf(link)["url"], `${pointer}/${i}/url`);
}
