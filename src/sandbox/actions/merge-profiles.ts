import { defineAction } from "../engine/declare.ts";
import { parseInput } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";

/** Seconds, in a real account (behaviour.md §2.21). */
const MERGE_AFTER_MS = 2000;

/** Queues the merge and answers with the destination. */
export const mergeProfilesAction = defineAction("merge_profiles", (request, ctx) => {
  const input = parseInput(request.body);
  const [source, ...more] = input.many("profiles") ?? [];
  const pointer = "/data/relationships/profiles/data";
  if (source === undefined || more.length > 0) refuse("invalid", "Exactly one source profile is required.", { source: { pointer } });
  if (source === input.id) refuse("invalid", "A profile cannot be merged into itself.", { source: { pointer } });
  const destination = ctx.must("profile", input.id ?? "");
  ctx.must("profile", source);
  ctx.settle(MERGE_AFTER_MS, "merge_profiles", { source, destination: destination.id });
  const links = { self: `${ctx.origin}/api/profiles/${destination.id}/` };
  return { status: 201, body: { data: { type: "profile", id: destination.id, links }, links: { self: request.self } } };
});
