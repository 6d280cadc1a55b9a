import { mustFind, loadCatalog } from "../../src/catalog/catalog.ts";
import { answerViolations } from "../../src/catalog/validation.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { accountResource } from "../../src/sandbox/resources/accounts.ts";
import { listResource } from "../../src/sandbox/resources/lists.ts";
import { tagGroupResource } from "../../src/sandbox/resources/tag-groups.ts";
import { tagResource } from "../../src/sandbox/resources/tags.ts";
import { createSandbox, type Declared, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { openRealAccount } from "../account/real-sandbox.ts";
import { ACCOUNT, onlyInSandbox } from "../account/skip.ts";
import { minimalProfile } from "./minimal-profile.ts";

export interface Called {
  status: number;
  headers: Record<string, string>;
  body: JsonObject;
  text: string;
}

export interface Opened extends Sandbox {
  /** `"GET /api/lists"` with the full key; headers given as null are left out. */
  call(request: string, body?: unknown, headers?: Record<string, string | null>): Promise<Called>;
  log: string[];
}

export const CORE = [accountResource, listResource, tagGroupResource, tagResource, minimalProfile];

/** A sandbox with the core's resources, a manual clock, no limits and no shop unless told otherwise. */
export async function open(options: SandboxOptions & Declared = {}): Promise<Opened> {
  const log: string[] = [];
  const core = {
    clock: "manual",
    limits: "off",
    profiles: 0,
    resources: CORE,
    actions: [],
    log: (line: string) => void log.push(line),
  } as const;
  const sandbox = ACCOUNT ? await openRealAccount(ACCOUNT) : await createSandbox({ ...core, ...options });
  const { seed, limits = "off", profiles = 0, persist, startAt } = options;
  if (seed !== undefined || limits !== "off" || profiles > 0 || persist !== undefined || startAt !== undefined)
    onlyInSandbox("it opens a sandbox of its own making: seed, limits, people or journal");
  return {
    ...sandbox,
    log,
    async call(request, body, headers = {}) {
      const [, method = "GET", path = "/"] = /^(\S+) (.*)$/.exec(request) ?? [];
      const all = {
        authorization: `Klaviyo-API-Key ${sandbox.keys.full}`,
        revision: "2026-07-15",
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      };
      const kept = Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== null);
      const sent = body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) };
      const response = await fetch(sandbox.url + path, { method, headers: kept, redirect: "manual", ...sent });
      const text = await response.text();
      return { status: response.status, headers: Object.fromEntries(response.headers), text, body: parsed(text) };
    },
  };
}

function parsed(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return {};
  }
}

/** The resource objects of an answer. */
export function dataOf({
  body,
}: Called): { id: string; type: string; attributes: JsonObject; relationships: Record<string, JsonObject> }[] {
  return [body["data"]].flat() as unknown[] as ReturnType<typeof dataOf>;
}

/** First error of an answer. */
export function errorOf({ body }: Called): { code: string; title: string; detail: string; source: JsonObject; meta: JsonObject } {
  const [first] = (body["errors"] ?? []) as unknown[] as ReturnType<typeof errorOf>[];
  return first ?? { code: "", title: "", detail: "", source: {}, meta: {} };
}

/** What the vendor's schema has against an answer. It calls page links texts, yet recorded answers have null where there is no page. */
export function schemaViolations(operation: string, { status, body }: Called) {
  const violations = answerViolations(mustFind(loadCatalog(), operation), status, body);
  return violations.filter(({ path }) => path !== "/links/next" && path !== "/links/prev");
}

export function list(name: string): JsonObject {
  return { data: { type: "list", attributes: { name } } };
}

export function tag(name: string, group?: string): JsonObject {
  const relationships = group === undefined ? {} : { relationships: { "tag-group": { data: { type: "tag-group", id: group } } } };
  return { data: { type: "tag", attributes: { name }, ...relationships } };
}

export function ids(type: string, ...each: string[]): JsonObject {
  return { data: each.map((id) => ({ type, id })) };
}

export function profile(email: string): JsonObject {
  return { data: { type: "profile", attributes: { email } } };
}
