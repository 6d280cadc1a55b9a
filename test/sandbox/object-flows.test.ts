import { expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { HOUR, MINUTE } from "./campaigning.ts";
import { email, groups, openFlowing } from "./flowing.ts";
import { byEmail, simple, withObjects } from "./objects.ts";
import { behaviour } from "./provenance.ts";

behaviour(
  "a date of a custom object starts the people that it is tied to, once for each object, which a split can look at",
  { as: "documented", from: "openapi/stable-2026-07-15.json CustomObjectDateTrigger" },
  async () => {
    const account = withObjects(await openFlowing());
    const source = await account.source();
    const { type, schema, mapping } = await account.type();
    const owner = await account.relate(schema, "owner");
    await account.map(mapping, {
      property_mappings: [simple(1, source, "$['name']"), simple(4, source, "$['born']"), simple(5, source, "$['tame']")],
      relationship_mappings: [byEmail(owner, source)],
    });
    await account.activate(schema);
    const [ada, bob] = [await account.person({ email: "ada@gmail.com" }), await account.person({ email: "bob@gmail.com" })];
    const pet = (id: string, born: string, more: JsonObject = {}) => ({ id, name: id, born, tame: true, owner: "ada@gmail.com", ...more });
    await account.ingest(
      source,
      pet("rex", "2024-07-16T00:00:00Z"),
      pet("tom", "2020-07-17T00:00:00Z"),
      pet("max", "2020-07-16T00:00:00Z", { tame: false }),
      pet("lux", "2019-11-01T00:00:00Z", { owner: "bob@gmail.com" }),
    );
    const tame = { type: "custom-object-trigger-property", property_id: 5, filter: { type: "boolean", operator: "equals", value: true } };
    const trigger = {
      type: "date",
      date_field_type: "custom-object",
      custom_object_label: "Pet",
      custom_object_property_id: 4,
      object_type_id: type,
      object_type_relationship_id: owner,
      timedelta_value_before_date: 0,
      timedelta_unit_before_date: "days",
      recurrence_frequency: "annually",
      timezone: "UTC",
      trigger_time: "12:00:00Z",
      trigger_days: [],
    };
    const fork = {
      type: "trigger-split",
      data: { trigger_id: type, trigger_type: "date", trigger_filter: groups(tame) },
      links: { next_if_true: "yes", next_if_false: null },
    };
    await account.set(await account.flow(trigger, [fork, { ...email("Wishes"), temporary_id: "yes" }]), "live");
    const sent = async () => [await account.sent(ada), await account.sent(bob)];
    account.control.advance(24 * HOUR);
    expect(await sent()).toEqual([[], []]);
    account.control.advance(2 * HOUR + MINUTE);
    expect(await sent()).toEqual([["Wishes"], []]);
    account.control.advance(24 * HOUR);
    expect(await sent()).toEqual([["Wishes", "Wishes"], []]);
    expect(account.log).toEqual([]);
    await account.close();
  },
);
