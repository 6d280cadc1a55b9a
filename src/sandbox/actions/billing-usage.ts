import { defineAction } from "../engine/declare.ts";
import { matcher } from "../engine/matches.ts";
import { refuse } from "../engine/refusal.ts";
import { usageRows } from "../resources/billing-usage.ts";

export const listBillingUsage = defineAction("list_billing_usage_beta", (request, ctx) => {
  const tests = request.query.filter.map((clause) => matcher(clause));
  return ctx.reply.list(
    request,
    "billing-usage",
    usageRows.filter(({ id }) => tests.every((test) => test(id))),
  );
});

export const getBillingUsage = defineAction("get_billing_usage_beta", (request, ctx) => {
  const id = request.params["id"] ?? "";
  const row = usageRows.find((each) => each.id === id) ?? refuse("not_found", `A billing-usage with id ${id} does not exist.`);
  return ctx.reply.item(request, "billing-usage", row);
});
