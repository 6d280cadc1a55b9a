import { loadCatalog } from "../../src/catalog/catalog.ts";
import type { Operation } from "../../src/catalog/operation.ts";
import { buildRequest, type WireRequest } from "../../src/catalog/request.ts";
import { answerViolations } from "../../src/catalog/validation.ts";
import type { JsonObject } from "../../src/lib/json.ts";
import { createSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";
import { never } from "../account/permit.ts";
import { openRealAccount } from "../account/real-sandbox.ts";
import { ACCOUNT, skipTest } from "../account/skip.ts";

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: JsonObject | null;
  text: string;
  /** `GET /api/lists?page[size]=1: 200`, for messages. */
  asked: string;
}

/** A resource object as answers have it. */
export interface ResourceObject {
  type: string;
  id: string;
  attributes?: JsonObject;
  relationships?: Record<string, { data?: unknown; links?: JsonObject }>;
}

/** The default shop behind HTTP, or the real account that the tests are pointed at. */
export interface Shop {
  sandbox: Sandbox;
  /** Failures of the sandbox itself. */
  log: string[];
  /** The operations that it implements: all of them, or those that a client of one channel reaches. */
  operations: Operation[];
  /**
   * The same shop for a client of one channel: `ask` and `call` name that channel's revision, and `operations` are what it reaches. To beta
   * that is its own documents, and the stable ones of every collection that beta has none of.
   */
  as(channel: Operation["channel"]): Shop;
  /** Sends an agent's flat arguments as the request that they stand for. */
  send(operation: Operation, args: JsonObject): Promise<Answer>;
  /** Sends a query as it is: what the catalog would never build. `path` is the operation's with its ids filled in. */
  ask(path: string, query?: Record<string, string>): Promise<Answer>;
  /** Begins a conversation with somebody, which nothing in the API does, and returns its id. */
  converse(profile?: string): Promise<string>;
  /** Sends any request, its path whole. */
  call(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Lets what an operation began come to its end, by the sandbox's clock. Skips the test where that cannot be done. */
  settle(operation: Operation): void;
  /** Skips the test of an operation that is never called on a real account. */
  admit(operation: Operation): void;
}

const REVISIONS = { stable: "2026-07-15", beta: "2026-07-15.pre" } as const;

export async function openShop(options: SandboxOptions = {}): Promise<Shop> {
  const log: string[] = [];
  const sandbox = ACCOUNT
    ? await openRealAccount(ACCOUNT)
    : await createSandbox({ limits: "off", clock: "manual", profiles: 300, log: (line) => void log.push(line), ...options });
  const operations = ACCOUNT ? loadCatalog().operations.filter(({ channel }) => channel === "stable") : implementedBy(sandbox);
  const authorization = `Klaviyo-API-Key ${sandbox.keys.full}`;
  const exchange = async (channel: Operation["channel"], method: string, path: string, init: RequestInit = {}): Promise<Answer> => {
    const headers = { revision: REVISIONS[channel], authorization, ...(init.headers as Record<string, string>) };
    const response = await fetch(sandbox.url + path, { method, ...init, headers });
    const text = await response.text();
    const isJson = text !== "" && (response.headers.get("content-type") ?? "").includes("json");
    const body = isJson ? (JSON.parse(text) as JsonObject) : null;
    const outcome = response.ok ? response.status : `${response.status} ${text}`;
    const asked = `${method} ${decodeURIComponent(path)}: ${outcome}`;
    return { status: response.status, headers: Object.fromEntries(response.headers), body, text, asked };
  };
  const shopOf = (channel: Operation["channel"], reached: Operation[]): Shop => ({
    sandbox,
    log,
    operations: reached,
    as: (other) => shopOf(other, reach(operations, other)),
    settle(operation) {
      if (!ACCOUNT || operation.shape === "job") sandbox.control.advance(15_000);
    },
    admit(operation) {
      const reason = ACCOUNT && never(operation);
      if (reason !== undefined) skipTest(reason);
    },
    send(operation, args) {
      const request = buildRequest(operation, args, { account_id: sandbox.accountId });
      return exchange(operation.channel, request.method, pathOf(request.path, request.query), bodyOf(request));
    },
    ask: (path, query = {}) => exchange(channel, "GET", pathOf(path, Object.entries(query))),
    async converse(profile) {
      const talker = profile ?? dataOf(await exchange(channel, "GET", "/api/profiles"))[0]?.id ?? "";
      return sandbox.control.converse(talker, "sms");
    },
    call: (method, path, body) =>
      exchange(
        channel,
        method,
        path,
        body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } },
      ),
  });
  return shopOf("stable", operations);
}

function implementedBy({ control }: Sandbox): Operation[] {
  const covered = new Set(control.coverage().flatMap(({ implemented }) => implemented));
  return loadCatalog().operations.filter(({ id }) => covered.has(id));
}

function reach(operations: Operation[], channel: Operation["channel"]): Operation[] {
  const own = operations.filter((operation) => operation.channel === channel);
  if (channel === "stable") return own;
  const roots = new Set(own.map(({ path }) => rootOf(path)));
  return [...own, ...operations.filter((operation) => operation.channel === "stable" && !roots.has(rootOf(operation.path)))];
}

/** `/api/campaigns/{id}/tags` → `/api/campaigns`. */
function rootOf(path: string): string {
  return path.split("/").slice(0, 3).join("/");
}

function pathOf(path: string, query: [string, string][]): string {
  return query.length === 0 ? path : `${path}?${query.map(([name, value]) => `${name}=${encodeURIComponent(value)}`).join("&")}`;
}

function bodyOf({ body, files }: WireRequest): RequestInit {
  if (Object.keys(files).length === 0) {
    return body === null ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
  }
  const form = new FormData();
  for (const [name, value] of Object.entries(body as JsonObject)) form.append(name, String(value));
  for (const [name, base64] of Object.entries(files)) form.append(name, new Blob([Buffer.from(base64, "base64")]), "sample.png");
  return { body: form };
}

/** What is wrong with an answer to a valid request: its status, or its body by the vendor's schema. Empty when nothing is. */
export function wrongWith(operation: Operation, { status, body, text }: Answer): string {
  const stated = operation.answers.find((answer) => answer.status === status);
  if (!stated) return `${status} is not documented: ${text}`;
  if (!stated.hasBody) return text === "" ? "" : "there should be no body";
  // The schema calls page links texts; recorded answers have null where there is no page.
  const violations = documentsIn(operation, body)
    .flatMap((document) => answerViolations(operation, status, document))
    .filter(({ path }) => path !== "/links/next" && path !== "/links/prev");
  return violations.map(({ path, message }) => `${path} ${message}`).join("; ");
}

/** The beta documents state one resource for some reads that have pages: then each row of the list must be as that one is stated. */
function documentsIn({ page, answers }: Operation, body: JsonObject | null): (JsonObject | null)[] {
  const rows = body?.["data"];
  const isMisstated = page !== null && answers.every(({ isCollection }) => !isCollection);
  return isMisstated && Array.isArray(rows) ? rows.map((data) => ({ ...body, data })) : [body];
}

/** The resource objects of an answer: one, many or none. */
export function dataOf({ body }: Answer): ResourceObject[] {
  const data = body?.["data"];
  return data === null || data === undefined ? [] : ([data].flat() as unknown[] as ResourceObject[]);
}

export function includedOf({ body }: Answer): ResourceObject[] {
  return (body?.["included"] ?? []) as unknown[] as ResourceObject[];
}
