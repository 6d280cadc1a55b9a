import type { Requests } from "./arguments.ts";
import { pathType } from "./live-ids.ts";
import { dataOf, type Shop } from "./shop.ts";
import { SOURCES } from "./sources.ts";
import { ACCOUNT } from "../account/skip.ts";

/** How many there are of each: order and pages need some. */
const ROWS = 3;

/** Gives the account some of everything, tied together, so that reads have something to show. The seeded shop has no reason to hold it all. */
export async function populate(shop: Shop, requests: Requests): Promise<void> {
  // A real account shows what it has.
  if (ACCOUNT) return;
  const { idsFor, argsFor } = requests;
  const ids = idsFor({ channel: "stable" });
  for (const maker of shop.operations) {
    const { method, shape, resource, auth, body } = maker;
    const isListed = shop.operations.some((one) => one.shape === "collection" && one.resource === resource);
    if (method !== "POST" || (shape !== "create" && shape !== "job") || auth !== "key" || !isListed || body?.form !== "resource") continue;
    if (maker.effect.kind !== "delete" && (await idsFor(maker).of(resource ?? "")).length >= ROWS) continue;
    for (let made = 0; made < ROWS; made++) {
      await shop.send(maker, await argsFor(maker, "all"));
      // Two of the same moment have no order by time.
      shop.sandbox.control.advance(60_000);
    }
  }
  for (let written = 0; written < ROWS; written++) {
    await SOURCES["review"]?.id({ ids, shop });
    shop.sandbox.control.advance(60_000);
  }
  const [profile = ""] = await ids.of("profile");
  await shop.converse(profile);
  const token = { token: "device", platform: "ios", vendor: "apns", profile: { data: { type: "profile", id: profile, attributes: {} } } };
  await shop.call("POST", "/api/push-tokens", { data: { type: "push-token", attributes: token } });
  for (const type of ["metric", "segment"]) await shop.call("POST", "/api/flows", flowBody(type, await ids.one(type)));
  for (const link of shop.operations.filter(({ shape, method }) => shape === "link" && method === "POST")) {
    const type = pathType(shop.as(link.channel).operations, link.path);
    if (type !== undefined) await shop.send(link, { ...(await argsFor(link)), id: await idsFor(link).one(type) });
  }
  shop.sandbox.control.advance(60_000);
}

function flowBody(type: string, id: string): object {
  const actions = [
    { temporary_id: "first", type: "time-delay", links: { next: null }, data: { unit: "days", value: 1, secondary_value: 0 } },
  ];
  const definition = { triggers: [{ type, id }], entry_action_id: "first", actions };
  return { data: { type: "flow", attributes: { name: `On ${type}`, definition } } };
}

/** The one of a few wholes that has the most parts to show. */
export async function richest(shop: Shop, path: string, candidates: string[]): Promise<string | undefined> {
  let best: { id: string; size: number } | undefined;
  for (const id of candidates) {
    const size = dataOf(await shop.ask(path.replace(/\{\w+\}/, encodeURIComponent(id)))).length;
    if (!best || size > best.size) best = { id, size };
  }
  return best?.id;
}
