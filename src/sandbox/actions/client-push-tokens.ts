import { defineAction } from "../engine/declare.ts";
import { parseInput, textOf } from "../engine/input.ts";
import { pushTokens } from "../resources/push-token-rows.ts";
import { personOf, registered } from "../resources/push-tokens.ts";

export const createClientPushToken = defineAction("create_client_push_token", (request, ctx) => {
  const { attributes } = parseInput(request.body);
  ctx.rows(pushTokens).put(registered(ctx, attributes, personOf(ctx, attributes, "client")));
  return ctx.reply.empty(request);
});

/** Whose the token is does not matter (assumed): the device alone knows it. */
export const unregisterClientPushToken = defineAction("unregister_client_push_token", (request, ctx) => {
  const known = ctx.rows(pushTokens).find("token", textOf(parseInput(request.body).attributes["token"]) ?? "");
  if (known) ctx.remove("push-token", known.id);
  return ctx.reply.empty(request);
});
