import { isJsonObject, type Json, type JsonObject } from "../../lib/json.ts";
import { step } from "./undo-families.ts";
import { peopleBy, personOf } from "./undo-persons.ts";
import { firstOf, linked, rowsOf, textOf, type Look, type Recipe, type Resource } from "./undo-recipe.ts";

const WITH_CONSENT = { additional_fields_profile: ["subscriptions"] };
const CHANNELS = ["email", "sms", "whatsapp"] as const;

/** People as they stood before: whom the call names in one list, or alone. */
const people: Look = { as: "people", operation: "get_profiles", args: (call) => peopleBy(personsIn(call), WITH_CONSENT) };

/** Consent is given back by nobody but the person; what can be taken back is what was given too much. */
export const CONSENT_RECIPES: Record<string, Recipe> = {
  bulk_subscribe_profiles: unsubscribe(),
  create_client_subscription: unsubscribe(),
  bulk_suppress_profiles: suppression("bulk_unsuppress_profiles", (was) => !was),
  bulk_unsuppress_profiles: suppression("bulk_suppress_profiles", (was) => was),
  create_push_token: pushToken(),
  create_client_push_token: pushToken(),
  unregister_client_push_token: pushToken(),
  delete_push_token: {
    undo: "compensation",
    looks: [{ as: "item", operation: "get_push_token", args: (call) => [{ id: textOf(call, "id"), include: ["profile"] }] }],
    watch: () => [],
    plan({ was }) {
      const before = firstOf(was, "item");
      const [profile] = linked(before, "profile");
      if (!before || profile === undefined) return { steps: [], notes: ["Whose device it was could not be read."] };
      return {
        steps: [step("create_push_token", registration(before, { id: profile }))],
        notes: ["The device is registered again under a new id."],
      };
    },
  },
};

function personsIn(call: JsonObject): JsonObject[] {
  const { profiles, profile } = call;
  if (isJsonObject(profile)) return [profile];
  return Array.isArray(profiles) ? profiles.filter((one) => isJsonObject(one)) : [];
}

/** Who was not subscribed before is unsubscribed again, by the channels that the call named. */
function unsubscribe(): Recipe {
  return {
    undo: "compensation",
    looks: [people],
    plan({ args, was }) {
      const rows = personsIn(args).flatMap((person): JsonObject[] => {
        const before = personOf(person, rowsOf(was, "people"));
        // Without channels a person is subscribed by every identifier that is given.
        const given = [...(textOf(person, "email") ? ["email"] : []), ...(textOf(person, "phone_number") ? ["sms"] : [])];
        const named = isJsonObject(person["subscriptions"]) ? Object.keys(person["subscriptions"]) : given;
        const channels = CHANNELS.filter((channel) => named.includes(channel) && (!before || consentOf(before, channel) !== "SUBSCRIBED"));
        const identity = identityOf(person, before);
        if (channels.length === 0 || Object.keys(identity).length === 0) return [];
        const subscriptions = Object.fromEntries(channels.map((channel) => [channel, { marketing: { consent: "UNSUBSCRIBED" } }]));
        return [{ ...identity, subscriptions }];
      });
      return {
        steps: rows.length > 0 ? [step("bulk_unsubscribe_profiles", { profiles: rows })] : [],
        notes: [
          "Who was not subscribed before is unsubscribed, everywhere; that is not the same as never having been asked. Who was subscribed stays so.",
          "People, list places and confirmations that came of it stay.",
        ],
      };
    },
  };
}

function consentOf({ attributes }: Resource, channel: string): string | undefined {
  const subscriptions = attributes["subscriptions"];
  const one = isJsonObject(subscriptions) ? subscriptions[channel] : undefined;
  const marketing = isJsonObject(one) ? one["marketing"] : undefined;
  const consent = isJsonObject(marketing) ? marketing["consent"] : undefined;
  return typeof consent === "string" ? consent : undefined;
}

function identityOf(person: JsonObject, before: Resource | undefined): JsonObject {
  const identity: JsonObject = {};
  for (const name of ["email", "phone_number"]) {
    const value = textOf(person, name) || textOf(before?.attributes ?? {}, name);
    if (value !== "") identity[name] = value;
  }
  return identity;
}

/** By address only: whoever was in that state before stays in it. */
function suppression(inverse: string, wanted: (was: boolean) => boolean): Recipe {
  return {
    undo: "compensation",
    looks: [people],
    plan({ args, was }) {
      const persons = personsIn(args);
      if (persons.length === 0) return { steps: [], notes: ["Of a whole list or segment it is not kept who was suppressed before."] };
      const changed = persons.filter((person) => wanted(isSuppressed(personOf(person, rowsOf(was, "people")))));
      const profiles = changed.map((person) => ({ email: textOf(person, "email") }));
      return {
        steps: profiles.length > 0 ? [step(inverse, { profiles })] : [],
        notes:
          profiles.length > 0
            ? ["The days of it are new ones; profiles that it created stay."]
            : ["It changes nothing: all of them are in that state already."],
      };
    },
  };
}

function isSuppressed(person: Resource | undefined): boolean {
  const email = person && isJsonObject(person.attributes["subscriptions"]) ? person.attributes["subscriptions"]["email"] : undefined;
  const marketing = isJsonObject(email) ? email["marketing"] : undefined;
  const all = isJsonObject(marketing) && Array.isArray(marketing["suppression"]) ? marketing["suppression"] : [];
  return all.some((one) => isJsonObject(one) && one["reason"] === "USER_SUPPRESSED");
}

/** A device that was registered before gets its former registration, another is unregistered; one that is unregistered is registered again. */
function pushToken(): Recipe {
  return {
    undo: "compensation",
    looks: [
      people,
      {
        as: "tokens",
        operation: "get_push_tokens_for_profile",
        args: (call, was) =>
          rowsOf(was, "people").flatMap((person) => (personOf(personsIn(call)[0] ?? {}, [person]) ? [{ id: person.id }] : [])),
      },
    ],
    plan({ operation, args, was }) {
      const before = rowsOf(was, "tokens").find((row) => tokenOf(row) === args["token"]);
      const profile = args["profile"] ?? null;
      const notes = ["Whether the device may be written to is the person's to say; it is put back as it was read."];
      if (before) return { steps: [step("create_push_token", registration(before, profile))], notes };
      if (operation.id === "unregister_client_push_token") return { steps: [], notes: ["The device was not registered to the person."] };
      const { token = null, platform = null, vendor } = args;
      const gone = { token, platform, profile: identity(profile), ...(vendor !== undefined && { vendor }) };
      return {
        steps: [step("unregister_client_push_token", gone)],
        notes: ["The device is unregistered; a person who was created for it stays."],
      };
    },
  };
}

function tokenOf({ attributes }: Resource): Json {
  return attributes["token"] ?? null;
}

function identity(profile: Json): JsonObject {
  if (!isJsonObject(profile)) return {};
  return Object.fromEntries(
    ["id", "email", "phone_number", "external_id"].flatMap((name): [string, Json][] =>
      profile[name] === undefined ? [] : [[name, profile[name] ?? null]],
    ),
  );
}

function registration({ attributes }: Resource, profile: Json): JsonObject {
  const names = ["token", "platform", "enablement_status", "vendor", "background"];
  const own = names.flatMap((name): [string, Json][] => {
    const value = attributes[name];
    return typeof value === "string" ? [[name, value]] : [];
  });
  return { ...Object.fromEntries(own), profile: identity(profile) };
}
