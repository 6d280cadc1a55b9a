import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import type { Operation } from "../../src/catalog/operation.ts";
import { systemClock } from "../../src/lib/clock.ts";
import type { Json } from "../../src/lib/json.ts";
import { createLeftovers, deletionOf } from "./leftovers.ts";
import { createNames } from "./names.ts";
import { createPace } from "./pace.ts";
import { pathIds, refusal, RUN_NAME } from "./permit.ts";
import { createRecorder } from "./record.ts";
import type { RealAccount } from "./settings.ts";
import { runningTest, skipTest } from "./skip.ts";

/** What the tests sign with. The account's key is put in its place on the way out, so that no test holds it. */
export const PLACEHOLDER_KEY = "pk_of_the_account_that_is_tested";

/** How many things a test may make there: those that try out a limit of the account would fill it. */
const MOST_THINGS = 25;

/** How often, and for how long at most, a refusal for its rate is waited out. */
const RETRIES = 3;
const LONGEST_WAIT_MS = 65_000;

export interface Guard {
  accountId: string;
  /** Deletes what the run made and is allowed to delete. */
  cleanUp(): Promise<void>;
}

let guard: Promise<Guard> | undefined;

/** Puts a guard before everything that tests fetch from a real account; one for all tests of a process. */
export function guardAccount(account: RealAccount): Promise<Guard> {
  guard ??= raise(account);
  return guard;
}

async function raise(account: RealAccount): Promise<Guard> {
  const send = globalThis.fetch;
  const { operations } = loadCatalog();
  const names = createNames(systemClock.now().toString(36));
  const leftovers = createLeftovers(operations);
  const pace = createPace(systemClock);
  const record = createRecorder(account.folder);

  const exchange = async (operation: Operation | undefined, path: string, init: RequestInit, body: Json | undefined): Promise<Response> => {
    const headers = new Headers(init.headers);
    const signature = headers.get("authorization")?.replace(PLACEHOLDER_KEY, account.key);
    if (signature !== undefined) headers.set("authorization", signature);
    for (let attempt = 0; ; attempt++) {
      if (operation) await pace(operation, new URLSearchParams(path.split("?")[1])).catch((thrown: unknown) => skipTest(String(thrown)));
      const response = await send(account.url + path, { ...init, headers });
      const text = await response.text();
      const method = init.method ?? "GET";
      if (operation) {
        const { status } = response;
        const [atMs, revision] = [systemClock.now(), headers.get("revision") ?? ""];
        record(operation, { method, path, request: body, status, headers: response.headers, answer: text, atMs, revision });
      }
      if (response.status !== 429) return remember(operation, path, response, text);
      const waitMs = 1000 * Number(response.headers.get("retry-after") ?? 1);
      if (attempt >= RETRIES || waitMs > LONGEST_WAIT_MS) skipTest(`the account takes no more calls of ${operation?.id ?? path} for now`);
      await systemClock.wait(waitMs);
    }
  };

  const remember = (operation: Operation | undefined, path: string, response: Response, text: string): Response => {
    if (operation && response.ok && operation.effect.risk > 0) {
      if (["create", "update"].includes(operation.effect.kind) && operation.method === "POST") {
        for (const id of leftovers.note(parsed(text) ?? null)) names.learn(id);
      }
      if (operation.effect.kind === "delete") for (const id of pathIds(operation, path)) leftovers.forget(id);
    }
    const { status, statusText, headers } = response;
    // Its body was read: the encoding and length that it came with are no longer true.
    const kept = [...headers].filter(([name]) => !["content-encoding", "content-length", "transfer-encoding"].includes(name));
    return new Response(text === "" ? null : names.textIn(text), { status, statusText, headers: kept });
  };

  let [testing, makes] = ["", 0];
  const countOne = (): void => {
    const now = runningTest();
    [testing, makes] = now === testing ? [testing, makes + 1] : [now, 1];
    if (makes > MOST_THINGS) skipTest(`it makes more than ${MOST_THINGS} things`);
  };

  globalThis.fetch = async (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : String(input));
    if (url.origin !== account.url) return send(input, init);
    const method = init.method ?? "GET";
    const given = bodyGiven(init.body);
    if (!given) skipTest(`what ${method} ${url.pathname} would send cannot be looked into`);
    const path = names.pathOut(url.pathname + url.search);
    const operation = operationFor(operations, method, path, new Headers(init.headers).get("revision") ?? "");
    const body = given.json === undefined ? undefined : operation?.effect.risk ? names.bodyOut(given.json) : names.idsOut(given.json);
    const deletion = operation && deletionOf(operations, operation.resource);
    const reason = refusal(operation, { method, path, body }, { mayWrite: account.mayWrite, own: leftovers, deletion });
    if (reason !== undefined) skipTest(reason);
    if (operation?.effect.kind === "create") countOne();
    if (init.body instanceof FormData) nameFile(init.body, names.prefix);
    const sent = init.body instanceof FormData || body === undefined ? {} : { body: JSON.stringify(body) };
    return exchange(operation, path, { ...init, ...sent }, body);
  };

  const who = await fetch(`${account.url}/api/accounts`, {
    headers: { authorization: `Klaviyo-API-Key ${PLACEHOLDER_KEY}`, revision: "2026-07-15" },
  });
  const said = (await who.json()) as { data?: { id: string }[]; errors?: { code: string }[] };
  const accountId = said.data?.[0]?.id;
  if (accountId === undefined) throw new Error(`The account does not tell its id: ${who.status} ${said.errors?.[0]?.code ?? ""}`);
  return {
    accountId,
    async cleanUp() {
      for (const { id, deletion } of leftovers.remaining()) {
        if (!deletion) continue;
        const path = deletion.path.replace(/\{\w+\}/, encodeURIComponent(id));
        const headers = { authorization: `Klaviyo-API-Key ${PLACEHOLDER_KEY}`, revision: deletion.revision };
        // What cannot be deleted for now is told in the end.
        const status = await exchange(deletion, path, { method: "DELETE", headers }, undefined).then(
          (answer) => answer.status,
          () => 0,
        );
        if (status === 404) leftovers.forget(id);
      }
      mkdirSync(account.folder, { recursive: true });
      names.next();
      const left = leftovers.remaining().map(({ type, id }) => ({ type, id }));
      writeFileSync(join(account.folder, "left-behind.json"), `${JSON.stringify({ named: `${RUN_NAME}…`, left }, null, 2)}\n`);
    },
  };
}

/** A file is called by its name unless its form says another. */
function nameFile(form: FormData, prefix: string): void {
  const file = [...form.values()].find((value) => value instanceof File);
  form.set("name", prefix + String(form.get("name") ?? file?.name.replace(/\.\w+$/, "") ?? "file"));
}

function operationFor(operations: readonly Operation[], method: string, path: string, revision: string): Operation | undefined {
  const place = (path.split("?")[0] ?? "").replace(/(?<=.)\/$/, "");
  const found = operations.filter(
    (one) => one.method === method && new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, "[^/]+")}$`).test(place),
  );
  // `/api/x/search` goes before `/api/x/{id}`; of two channels the one that the revision is of.
  const channel = revision.endsWith(".pre") ? "beta" : "stable";
  const rank = (one: Operation): number => (one.channel === channel ? 0 : 100) + one.path.split("{").length;
  return found.toSorted((a, b) => rank(a) - rank(b))[0];
}

/** Deeper than any body of the API: what is nested further cannot be looked into. */
const DEEP = /^[[{\s]{200}/;

/** The JSON of a body; nothing of none and of a form, of which only its name is changed. `undefined` where it cannot be looked into. */
function bodyGiven(body: RequestInit["body"]): { json?: Json } | undefined {
  if (body === undefined || body === null || body instanceof FormData) return {};
  const json = typeof body === "string" && !DEEP.test(body) ? parsed(body) : undefined;
  return json === undefined ? undefined : { json };
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
