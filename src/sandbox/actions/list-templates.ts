import { defineAction } from "../engine/declare.ts";
import { LIBRARY } from "../resources/template-rows.ts";

/** The library: copies that messages have of their own are not in it. */
export const listTemplates = defineAction("get_templates", (request, ctx) => ctx.reply.collection(request, "template", LIBRARY));
