import { afterAll, describe, expect, it } from "vitest";
import { onlyInSandbox } from "../account/skip.ts";
import { createRequests } from "./arguments.ts";
import { callSdk, sdkMethod } from "./sdk-call.ts";
import { openShop } from "./shop.ts";

/** Klaviyo's own Node client, unmodified and pointed here, calls every implemented operation that it offers and understands the answer. */
const shop = (await openShop()).as("stable");
const requests = createRequests(shop);
afterAll(() => shop.sandbox.close());

const offered = shop.operations.filter((operation) => sdkMethod(operation) !== undefined);
const account = { url: shop.sandbox.url, key: shop.sandbox.keys.full, id: shop.sandbox.accountId };

it("offers every operation except those of a visitor's browser", () => {
  const missing = shop.operations.filter((operation) => !offered.includes(operation)).map(({ path }) => path);
  expect(missing.filter((path) => !path.startsWith("/client/"))).toEqual([]);
  expect(offered.length).toBeGreaterThan(300);
});

/** Members that an account answers with though the client's models, made from the vendor's document, leave them out. */
const UNKNOWN_TO_MODELS: { member: RegExp; because: string }[] = [
  { member: /\/send_options\/ignore_unsubscribes: /, because: "observed (recorded/campaigns.json)" },
  { member: /^\/included: .*"type":"template"/, because: "observed (recorded/assign-template-to-campaign-message.json)" },
  {
    member: /\/relationships\/conversations: /,
    because: "observed on every profile (recorded/create-profile.json, there in the singular)",
  },
  { member: /^\/data\/(id|links): .*became undefined$/, because: "assumed of reports: their sparse fields offer an id" },
];

describe("the official client understands", () => {
  it.each(offered.map((operation) => [operation.id, operation] as const))("%s", async (id, operation) => {
    onlyInSandbox("the client would go past the guard");
    const args = await requests.argsFor(operation);
    const { status, raw, understood } = await callSdk(operation, args, account).catch((thrown: unknown) => {
      throw new Error(`${id} ${JSON.stringify(args)}: ${saidBy(thrown)}`);
    });
    expect(operation.answers.map((answer) => answer.status)).toContain(status);
    const [last] = shop.sandbox.control.ledger().slice(-1);
    expect([last?.operation, last?.status]).toEqual([id, status]);
    // Nothing is lost on the way through the client's models and back, but what they do not know.
    const lost = differing(plain(raw), plain(understood), "").filter((line) => !UNKNOWN_TO_MODELS.some(({ member }) => member.test(line)));
    expect(lost, lost.join("; ")).toEqual([]);
  });
});

function saidBy(thrown: unknown): string {
  const { response, message } = thrown as { response?: { status: number; data: unknown }; message?: string };
  return response ? `${response.status} ${JSON.stringify(response.data)}` : String(message);
}

/** As JSON, times in one form: the client reads them as dates. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null), (_, one: unknown) =>
    typeof one === "string" && /^\d{4}-\d\d-\d\dT[\d:.]+(Z|[+-]\d\d:\d\d)$/.test(one) ? Date.parse(one) : one,
  );
}

function differing(raw: unknown, understood: unknown, path: string): string[] {
  if (raw === null && understood === undefined) return [];
  if (Array.isArray(raw) && Array.isArray(understood)) return raw.flatMap((one, at) => differing(one, understood[at], `${path}/${at}`));
  if (typeof raw !== "object" || raw === null || typeof understood !== "object" || understood === null) {
    return raw === understood ? [] : [`${path}: ${JSON.stringify(raw)} became ${JSON.stringify(understood)}`];
  }
  const other = understood as Record<string, unknown>;
  return Object.entries(raw).flatMap(([name, one]) => differing(one, other[name], `${path}/${name}`));
}
