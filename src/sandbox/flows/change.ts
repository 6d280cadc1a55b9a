import { isJsonObject, type JsonObject } from "../../lib/json.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import type { FlowActionRow } from "../resources/flow-rows.ts";
import { isTest, mapSends, messageOf, sendsOf, typeOf } from "./definition.ts";

/** The definition of an action with what an update says of it. What it leaves out stays, in `data` and in the message as well. */
export function changedAction({ id, definition: before }: FlowActionRow, given: JsonObject): JsonObject {
  const stated = textOf(given["id"]);
  if (stated !== undefined && stated !== id) wrong("The id in the definition must match the id in the path.", "/id");
  if (typeOf(given) !== typeOf(before)) wrong(`The type of an action cannot change; it is '${typeOf(before)}'.`, "/type");
  const { temporary_id: _, data, ...rest } = given;
  const parts = isTest(before) && isJsonObject(data) && "main_action" in data;
  const known = sendsOf(before);
  const messageIds = new Set(known.map((send) => textOf(messageOf(send)?.["id"])));
  const after = {
    ...before,
    ...rest,
    id,
    ...(data !== undefined && { data: isJsonObject(data) ? { ...objectOf(before["data"]), ...data } : data }),
  };
  let place = -1;
  return mapSends(after, (send) => {
    place++;
    const message = messageOf(send);
    const old = known[place];
    const messageId = textOf(message?.["id"]);
    if (messageId !== undefined && !messageIds.has(messageId)) wrong(`The action has no message with id ${messageId}.`, "/data/message/id");
    if (!message || !old || (messageId !== undefined && messageId !== textOf(messageOf(old)?.["id"]))) return send;
    const merged = { ...messageOf(old), ...message, id: textOf(messageOf(old)?.["id"]) ?? null };
    return { ...send, ...(parts && { id: old["id"] ?? null }), data: { ...objectOf(send["data"]), message: merged } };
  });
}

function wrong(detail: string, at: string): never {
  refuse("invalid", detail, { source: { pointer: `/data/attributes/definition${at}` } });
}
