import { afterEach, beforeEach, expect } from "vitest";
import { assignBody, HOUR, MINUTE } from "./campaigning.ts";
import { itemBody } from "./catalog-bodies.ts";
import { email, openFlowing, type Flowing } from "./flowing.ts";
import { behaviour } from "./provenance.ts";

let account: Flowing;
beforeEach(async () => {
  account = await openFlowing();
  await account.call("POST /api/catalog-items", itemBody("mug"));
  await account.call("POST /api/catalog-items", itemBody("pot", { published: false }));
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = { as: "documented", from: "behaviour.md §2.12" } as const;
const SKIPPED = "Skipped: Catalog Item Unavailable";

behaviour("a message that looks up an item which is not in the catalog is skipped, and an event says so", spec, async () => {
  const list = await account.crowd(3, (i) => ({ properties: { favourite: ["mug", "cup", "pot"][i] ?? null } }));
  const send = async (html: string) => {
    const campaign = await account.ready([list], { send_options: { use_smart_sending: false } });
    await account.call(
      "POST /api/campaign-message-assign-template",
      assignBody(await account.messageId(campaign), await account.template(html)),
    );
    await account.send(campaign);
    account.control.advance(HOUR);
    const { "Received Email": received = 0, [SKIPPED]: skipped = 0 } = await account.tally();
    return [received, skipped];
  };
  expect(await send("{% catalog 'mug' %}{{ catalog_item.title }}{% endcatalog %}")).toEqual([3, 0]);
  expect(await send("{% catalog 'cup' %}{{ catalog_item.title }}{% endcatalog %}")).toEqual([3, 3]);
  expect(await send("{% catalog person.favourite unpublished='cancel' %}{{ catalog_item.title }}{% endcatalog %}")).toEqual([4, 5]);
  expect(await send("{% if person.favourite == 'mug' %}{% catalog 'cup' %}{% endcatalog %}{% endif %}")).toEqual([6, 6]);
});

behaviour("a flow's message looks up what the event names", spec, async () => {
  await account.track("x@gmail.com", "Viewed Product");
  // An event is there after a second.
  account.control.advance(MINUTE);
  const template_id = await account.template("{% catalog event.ProductID %}{{ catalog_item.title }}{% endcatalog %}");
  const trigger = { type: "metric", id: await account.metric("Viewed Product"), trigger_filter: null };
  await account.set(await account.flow(trigger, [email("Look", { template_id })]), "live");
  const [ada, bob] = [await account.person({ email: "ada@gmail.com" }), await account.person({ email: "bob@gmail.com" })];
  await account.track("ada@gmail.com", "Viewed Product", { properties: { ProductID: "mug" } });
  await account.track("bob@gmail.com", "Viewed Product", { properties: { ProductID: "cup" } });
  account.control.advance(MINUTE);
  expect([await account.sent(ada), await account.sent(bob)]).toEqual([["Look"], []]);
  expect((await account.got(bob)).at(-1)).toBe(SKIPPED);
});
