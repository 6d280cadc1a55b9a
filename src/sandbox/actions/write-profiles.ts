import { defineAction } from "../engine/declare.ts";
import { objectOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { parseProfile } from "../resources/profile-input.ts";
import { upsertProfile } from "../resources/profile-upsert.ts";

/** 201 for a new person, 200 for a known one. */
export const createOrUpdateProfile = defineAction("create_or_update_profile", (request, ctx) => {
  const { profile, isNew } = upsertProfile(ctx, parseProfile(objectOf(objectOf(request.body)["data"])));
  return ctx.reply.item(request, "profile", profile, isNew ? 201 : 200);
});

/** An action for the sake of `meta`, which plain updates do not have. */
export const updateProfileAction = defineAction("update_profile", (request, ctx) => {
  const { id } = ctx.must("profile", request.params["id"] ?? "");
  const input = parseProfile(objectOf(objectOf(request.body)["data"]));
  if (input.id !== id) refuse("invalid", "The id in the body must match the id in the path.", { source: { pointer: "/data/id" } });
  return ctx.reply.item(request, "profile", upsertProfile(ctx, input).profile);
});

/** What anybody may send from a browser: fills in, makes, never changes an identifier. */
export const createClientProfile = defineAction("create_client_profile", (request, ctx) => {
  upsertProfile(ctx, parseProfile(objectOf(objectOf(request.body)["data"])), "client");
  return ctx.reply.empty(request);
});
