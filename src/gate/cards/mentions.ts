import { isJsonObject, type Json } from "../../lib/json.ts";

/** Whether anywhere inside `value` a member `name` holds one of `wanted`. */
export function mentions(value: Json, name: string, ...wanted: (string | boolean)[]): boolean {
  return someMember(value, (key, inner) => key === name && wanted.some((one) => one === inner));
}

/** Whether anywhere inside `value` there is a member `name` that holds anything but null. */
export function mentionsKey(value: Json, name: string): boolean {
  return someMember(value, (key, inner) => key === name && inner !== null);
}

function someMember(value: Json, is: (key: string, inner: Json) => boolean): boolean {
  if (Array.isArray(value)) return value.some((item) => someMember(item, is));
  if (!isJsonObject(value)) return false;
  return Object.entries(value).some(([key, inner]) => is(key, inner) || someMember(inner, is));
}
