import { defineAction } from "../engine/declare.ts";
import { objectOf, parseInput, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { isEmail, isPhone, normalEmail } from "../resources/profile-input.ts";

/** "Seconds to minutes" in a real account (behaviour.md §2.21). */
const ERASE_AFTER_MS = 10_000;

/** Queues an erasure by exactly one identifier. That nobody has it does not show (assumed: the answer is empty). */
export const requestProfileDeletion = defineAction("request_profile_deletion", (request, ctx) => {
  const person = objectOf(objectOf(parseInput(request.body).attributes["profile"])["data"]);
  const { email, phone_number } = objectOf(person["attributes"]);
  const given = Object.entries({ id: person["id"], email: normalEmail(email), phone_number }).filter(
    ([, value]) => textOf(value) !== undefined,
  );
  const [named, ...more] = given;
  if (!named || more.length > 0) {
    refuse("invalid", "Exactly one of 'id', 'email' and 'phone_number' is required.", {
      source: { pointer: "/data/attributes/profile/data" },
    });
  }
  const [by, value = null] = named;
  const isWrong = (by === "email" && !isEmail(String(value))) || (by === "phone_number" && !isPhone(String(value)));
  if (isWrong) refuse("invalid", `'${by}' is not valid.`, { source: { pointer: `/data/attributes/profile/data/attributes/${by}` } });
  ctx.settle(ERASE_AFTER_MS, "erase_profile", { by, value });
  return ctx.reply.empty(request);
});
