import { defineAction } from "../engine/declare.ts";
import { refuse } from "../engine/refusal.ts";
import { keys } from "../protocol/keys.ts";
import { mustBeThere } from "../resources/api-keys.ts";

/** All of them in the order of their making, without those that are revoked, which the control endpoints still know. */
export const getApiKeys = defineAction("get_api_keys_beta", (request, ctx) => {
  const rows = [...ctx.rows(keys).all()].filter(({ revoked }) => !revoked);
  return ctx.reply.list(
    request,
    "api-key",
    rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)),
  );
});

export const getApiKey = defineAction("get_api_key_beta", (request, ctx) => {
  const id = request.params["id"] ?? "";
  const row = ctx.rows(keys).get(id) ?? refuse("not_found", `A api-key with id ${id} does not exist.`);
  return ctx.reply.item(request, "api-key", mustBeThere(row));
});
