import type { JsonObject } from "../../lib/json.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuseAll, type Refusal } from "../engine/refusal.ts";
import { isEmail, isPhone } from "./profile-input.ts";
import type { Verdict } from "./text-messaging-rows.ts";

const NAMES = ["first_name", "last_name", "business_name"] as const;

/**
 * Refuses what carriers would not take, every fault at once, and says how the review of the rest will end. No carrier is asked, so the first label
 * of the business's website decides (assumed): `rejected` and `action-required` name their ends, with any other it is approved.
 */
export function checkRegistration(attributes: JsonObject, pointer: string): Verdict {
  const faults: Refusal[] = [];
  const expect = (holds: boolean, member: string, detail: string): void => {
    if (!holds) faults.push({ code: "invalid", detail, source: { pointer: `${pointer}/${member}` } });
  };
  const text = (member: string): string => textOf(attributes[member]) ?? "";
  for (const name of NAMES) expect(text(name).trim() !== "", name, `'${name}' must not be empty.`);
  expect(isPhone(text("phone_number")), "phone_number", "'phone_number' must be in E.164 form.");
  expect(isEmail(text("email")), "email", "'email' must be an email address.");
  expect(isCountry(objectOf(attributes["address"])["country"]), "address/country", "A country is written with two letters, such as 'US'.");
  const website = websiteOf(text("business_website"));
  expect(website !== undefined, "business_website", "'business_website' must be an http or https address.");
  checkPapers(attributes, expect);
  if (faults.length > 0) refuseAll(faults);
  const [label] = (website ?? "").split(".");
  return label === "rejected" ? "reject" : label === "action-required" ? "ask" : "approve";
}

type Expect = (holds: boolean, member: string, detail: string) => void;

/** Every business states where it is registered, and under which number: a sole proprietor of the United States may have none (documented). */
function checkPapers(attributes: JsonObject, expect: Expect): void {
  const country = attributes["business_registration_country"];
  const [authority, number] = [attributes["business_registration_authority"], attributes["business_registration_number"]];
  expect(isCountry(country), "business_registration_country", "The country of registration is written with two letters, such as 'US'.");
  const isUnnumbered = authority == null && number == null && attributes["business_type"] === "SOLE_PROPRIETOR";
  if (isUnnumbered) {
    expect(country === "US", "business_registration_country", "Only in the United States can a sole proprietor go without a number.");
    return;
  }
  expect(authority != null, "business_registration_authority", "The authority that registered the business is required.");
  expect((textOf(number) ?? "").trim() !== "", "business_registration_number", "The number of the registration is required.");
}

function isCountry(value: JsonObject[string] | undefined): boolean {
  return /^[A-Z]{2}$/.test(textOf(value) ?? "");
}

function websiteOf(text: string): string | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  return url && /^https?:$/.test(url.protocol) ? url.hostname : undefined;
}
