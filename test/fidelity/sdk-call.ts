import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as sdk from "klaviyo-api";
import type { Operation } from "../../src/catalog/operation.ts";
import { buildRequest, type WireRequest } from "../../src/catalog/request.ts";
import type { JsonObject } from "../../src/lib/json.ts";

type Method = (...args: unknown[]) => Promise<{ response: { status: number; data: unknown }; body: unknown }>;
interface Client {
  basePath: string;
  [method: string]: unknown;
}

/** What a call through the official client gave. */
export interface SdkAnswer {
  status: number;
  /** As it came. */
  raw: unknown;
  /** As the client's own models understood it, written out again by them. */
  understood: unknown;
}

/** The method of an operation, `get_tag_ids_for_list` as `getTagIdsForList`, or nothing where the client has none. */
export function sdkMethod(operation: Operation): { className: string; name: string; source: string } | undefined {
  const name = operation.id.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  for (const [className, exported] of Object.entries(sdk)) {
    const prototype: unknown = className.endsWith("Api") && typeof exported === "function" ? exported.prototype : undefined;
    const method = prototype && Object.getOwnPropertyDescriptor(prototype, name)?.value;
    if (typeof method === "function") return { className, name, source: String(method) };
  }
  return undefined;
}

/** Calls an operation through the official client, pointed at `url`. Its generated methods say themselves which parameter goes where. */
export async function callSdk(
  operation: Operation,
  args: JsonObject,
  account: { url: string; key: string; id: string },
): Promise<SdkAnswer> {
  const { className, name, source } = sdkMethod(operation) ?? { className: "", name: "", source: "" };
  const request = buildRequest(operation, args, { account_id: account.id });
  const session = new sdk.ApiKeySession(account.key, new sdk.RetryWithExponentialBackoff({ numRetries: 1 }));
  const construct = Object.entries(sdk).find(([exported]) => exported === className)?.[1];
  if (typeof construct !== "function") throw new Error(`The official client has no ${operation.id}`);
  const client = Reflect.construct(construct, [session]) as Client;
  client.basePath = account.url;
  const [, signature = ""] = /^\w+\(([^)]*)\)/.exec(source) ?? [];
  const values = parameterValues(operation, args, request, source);
  const ordered = signature.split(",").map((parameter) => values.get(parameter.split("=")[0]?.trim() ?? ""));
  const { response, body } = await (client[name] as Method).apply(client, ordered);
  const [, answerType = ""] = /deserialize\(axiosResponse\.data, "([^"]+)"\)/.exec(source) ?? [];
  return {
    status: response.status,
    raw: response.data,
    understood: answerType === "" ? response.data : sdk.ObjectSerializer.serialize(body, answerType),
  };
}

function parameterValues(operation: Operation, args: JsonObject, request: WireRequest, source: string): Map<string, unknown> {
  const values = new Map<string, unknown>();
  const options: Record<string, unknown> = {};
  for (const { name, in: place, wire } of operation.args) {
    if (place === "path")
      values.set(parameterOf(source, `'{' \\+ '${wire}' \\+ '}', encodeURIComponent\\(String\\((\\w+)\\)`) ?? wire, args[name]);
  }
  for (const [wire, text] of request.query) {
    const escaped = wire.replaceAll(/[[\]]/g, String.raw`\$&`);
    const found = new RegExp(`\\['${escaped}'\\] = models_1\\.ObjectSerializer\\.serialize\\((options\\.)?(\\w+), "([^"]+)"`).exec(source);
    const [, isOption, name = wire, type = ""] = found ?? [];
    const value = type.startsWith("Array<") ? text.split(",") : type === "number" ? Number(text) : text;
    if (isOption === undefined) values.set(name, value);
    else options[name] = value;
  }
  values.set("options", options);
  const [, bodyName, bodyType = ""] = /data: models_1\.ObjectSerializer\.serialize\((\w+), "([^"]+)"\)/.exec(source) ?? [];
  if (bodyName !== undefined && request.body !== null) values.set(bodyName, sdk.ObjectSerializer.deserialize(request.body, bodyType));
  for (const [name, base64] of Object.entries(request.files)) values.set(name, fileOf(base64));
  for (const [name, value] of operation.body?.form === "fields" ? Object.entries(request.body as JsonObject) : []) values.set(name, value);
  return values;
}

function parameterOf(source: string, pattern: string): string | undefined {
  return new RegExp(pattern).exec(source)?.[1];
}

/** The client takes files as streams. */
function fileOf(base64: string): unknown {
  const folder = mkdtempSync(join(tmpdir(), "halyard-sdk-"));
  const path = join(folder, "sample.png");
  writeFileSync(path, Buffer.from(base64, "base64"));
  return createReadStream(path).on("close", () => rmSync(folder, { recursive: true }));
}
