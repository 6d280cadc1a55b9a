import type { Context } from "../engine/context.ts";
import { defineAction, type Action } from "../engine/declare.ts";
import { objectOf, parseInput } from "../engine/input.ts";
import type { ApiRequest, Reply } from "../engine/request.ts";
import type { Row } from "../state/collection.ts";

/** The two answers that show a form's definition; they show no relationships (both documented). */
export const formDefinitions: Action[] = [
  defineAction("get_form", (request, ctx) => encoded(request, ctx.must("form", request.params["id"] ?? ""), ctx)),
  defineAction("create_form", (request, ctx) => encoded(request, ctx.create("form", parseInput(request.body)), ctx)),
];

function encoded(request: ApiRequest, form: Row, ctx: Context): Reply {
  const additional = new Map([...request.query.additional, ["form", ["definition"]]] as const);
  const reply = ctx.reply.item({ ...request, query: { ...request.query, additional } }, "form", form);
  const { relationships: _, ...data } = objectOf(reply.body?.["data"]);
  return { ...reply, body: { ...reply.body, data } };
}
