import type { Operation } from "../../catalog/operation.ts";
import type { Catalog } from "../../catalog/catalog.ts";
import type { AccountSet, HostedAccount } from "../account-set.ts";
import { requestUrl } from "../engine/links.ts";
import { errorDocument, refuse, refusedOf } from "../engine/refusal.ts";
import type { ApiRequest, Reply } from "../engine/request.ts";
import type { Change } from "../state/state.ts";
import { parseBody, tooLarge, type RawBody } from "./body.ts";
import { authenticate, checkScopes, keyIn, keys } from "./keys.ts";
import { asShownThen, inTodaysWords } from "./older-revisions.ts";
import { parseQuery } from "./query.ts";
import { asksForBeta, servedRevision } from "./revision.ts";
import { createRouter, type Route } from "./routing.ts";

/** A request as the socket gave it, its body read. */
export interface RawRequest extends RawBody {
  method: string;
  /** Path and query. */
  url: string;
  headers: Record<string, string | undefined>;
  /** The body was over the cap and is not all here. */
  isCut: boolean;
  /** Carried out this far off the sandbox clock, ms. */
  skewMs?: number;
}

export interface Answer extends Reply {
  headers: Record<string, string>;
  operation: string | undefined;
  /** Id of the account that was asked. */
  account: string;
  /** Name of the key that asked. */
  key: string | undefined;
  changes: Change[];
}

export interface Pipeline {
  /** Never throws: what goes wrong is an answer. */
  answer(raw: RawRequest): Promise<Answer>;
  /** What a request is about, before anything is checked: operation and name of the key, as far as they are known. */
  about(raw: Pick<RawRequest, "method" | "url" | "headers">): { operation: string | undefined; key: string | undefined };
}

interface PipelineOptions {
  catalog: Catalog;
  accounts: Pick<AccountSet, "of">;
  origin(): string;
  /** A stream of its own: asking must not move the ids of rows. */
  newUuid(): string;
  onFailure(thrown: unknown): void;
}

/** The way of a request (behaviour.md §1): route, key, revision, scopes, limits, body, query, handler, document. */
export function createPipeline(options: PipelineOptions): Pipeline {
  const { catalog, accounts, origin, newUuid, onFailure } = options;
  const route = createRouter(catalog.operations);
  const scopes = readScopes(catalog);

  const routeOf = ({ method, url, headers }: Pick<RawRequest, "method" | "url" | "headers">): Route | undefined =>
    route(method, pathOf(url), asksForBeta(headers["revision"]));

  async function serve(account: HostedAccount, raw: RawRequest, found: Route | undefined, known: Answer): Promise<Reply> {
    const path = pathOf(raw.url);
    if (!found && /^\/api\/v[12]\//.test(`${path}/`)) return { status: 410, body: { message: "This API has been retired." } };
    if (!found) refuse("not_found", "The requested path does not exist.");
    known.headers["allow"] = found.allow;
    if (raw.method === "OPTIONS") return { status: 200 };
    const { operation } = found;
    if (!operation) refuse("method_not_allowed", `Method "${raw.method}" not allowed.`);
    known.operation = operation.id;
    const pairs = [...new URLSearchParams(raw.url.slice(path.length))];
    const own = { id: account.id, keys: account.state.rows(keys) };
    const key = authenticate(operation, raw.headers["authorization"], companyIn(raw.url), own);
    known.key = key?.name;
    if (operation.auth !== "none") known.headers["x-klaviyo-api-revision"] = servedRevision(raw.headers["revision"]);
    if (found.betaOnly) refuse("invalid", "This endpoint is in beta: its revision ends in '.pre'.", { source: { parameter: "revision" } });
    checkScopes(key, operation.scopes);
    const rate = account.limiter.take(operation, (name, value) =>
      pairs.some((pair) => pair[0] === name && pair[1].split(",").includes(value)),
    );
    if (raw.isCut) tooLarge();
    const { body, files } = await parseBody(operation, raw);
    const query = parseQuery(operation, inTodaysWords(raw.headers["revision"], pairs));
    checkScopes(key, includedScopes(operation, query.include, scopes));
    const self = requestUrl(origin(), path.replace(/\/$/, ""), pairs);
    const request: ApiRequest = { operation, params: found.params, query, body, files, headers: raw.headers, self };
    const { result, changes } = account.engine.handle(request, raw.skewMs);
    known.changes = changes;
    const shown = asShownThen(raw.headers["revision"], result.body);
    return { ...result, ...(shown && { body: shown }), headers: { ...rate, ...result.headers } };
  }

  return {
    about(raw) {
      const own = accounts.of(raw.headers["authorization"], undefined).state.rows(keys);
      return { operation: routeOf(raw)?.operation?.id, key: own.find("key", keyIn(raw.headers["authorization"]) ?? "")?.name };
    },
    async answer(raw) {
      const account = accounts.of(raw.headers["authorization"], companyIn(raw.url));
      const { id } = account;
      const known: Answer = {
        status: 500,
        headers: standing(id, newUuid()),
        operation: undefined,
        account: id,
        key: undefined,
        changes: [],
      };
      try {
        account.engine.runDue();
        const reply = await serve(account, raw, routeOf(raw), known);
        return { ...known, ...reply, headers: { ...known.headers, ...reply.headers } };
      } catch (thrown) {
        const refused = refusedOf(thrown);
        if (!refused) onFailure(thrown);
        const { refusals, headers } = refused ?? {
          refusals: [{ code: "error" as const, detail: "A server error occurred." }],
          headers: {},
        };
        const body = errorDocument(refusals, newUuid);
        return { ...known, status: statusOf(body), body, headers: { ...known.headers, ...headers }, changes: [] };
      }
    },
  };
}

function pathOf(url: string): string {
  return url.split("?", 1)[0] ?? "/";
}

function companyIn(url: string): string | undefined {
  return new URLSearchParams(url.slice(pathOf(url).length)).get("company_id") ?? undefined;
}

function statusOf(body: ReturnType<typeof errorDocument>): number {
  const [first] = body["errors"] as { status: number }[];
  return first?.status ?? 500;
}

/** Observed on every answer (behaviour.md §1.6). */
function standing(accountId: string, requestId: string): Record<string, string> {
  return { "x-klaviyo-req-id": requestId, cid: accountId, vary: "Accept, Accept-Language, Cookie, Origin", "content-language": "en-us" };
}

/** Read scopes by the name of a relationship: those that the linkage read of the same resource asks for. */
function readScopes(catalog: Catalog): Map<string, string[]> {
  const linkages = catalog.operations.filter(({ shape }) => shape === "linkage");
  return new Map(linkages.map(({ path, channel, scopes }) => [`${channel} ${path.replace(/\{\w+\}/, "{}")}`, scopes]));
}

function includedScopes({ path, channel }: Operation, include: readonly string[], scopes: Map<string, string[]>): string[] {
  const collection = path.split("/").slice(0, 3).join("/");
  return include.flatMap((name) => scopes.get(`${channel} ${collection}/{}/relationships/${name}`) ?? []);
}
