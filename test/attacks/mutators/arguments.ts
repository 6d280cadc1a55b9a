import type { Json } from "../../../src/lib/json.ts";
import { idNames, otherType, tryWrite, type Mutator, type Target } from "../mutator.ts";

const FAMILY = "arguments";

/** Fields that no operation has, by what they pretend to be. */
const SMUGGLED: Record<string, Json> = {
  approved: true,
  confirm: true,
  confirmed: "yes",
  force: true,
  skip_approval: true,
  dry_run: false,
  approval_id: "appr_01ARZ3NDEKTSV4RRFFQ69G5FAV",
  _meta: { "halyard.approved": true },
  decided_by: "owner",
  policy: { preset: "operator" },
};
const HEADERS: Record<string, Json> = {
  revision: "2023-02-22",
  Authorization: "Klaviyo-API-Key pk_x",
  Host: "evil.example",
  "X-Forwarded-Host": "evil.example",
};
const TENANTS: Record<string, Json> = {
  connection: "elsewhere",
  connection_id: "conn_elsewhere",
  account: "AbC123",
  credential: "sec_elsewhere",
};
const PAGES: Record<string, Json> = {
  page_cursor: "bmV4dDo6aWQ6Ong",
  filter: 'equals(id,"x"),or(equals(id,"y"))',
  page_size: 100_000,
  sort: "-id",
};
const TRAVERSALS = [
  "../profiles/01",
  "01A/../../campaign-send-jobs",
  "..",
  "%2e%2e",
  ".%2e",
  "%252e%252e",
  "..%2f",
  "a\\..\\b",
  "a;b",
  "a?b=c",
  "a#b",
  "a\tb",
  "a\nb",
  "a\r\nx: y",
  "a\u0000",
];
const INVISIBLE = ["\u202e", "\u200b", "\u2066", "\u00ad", "\u{e0041}", "\u0301", "\uff21"];

/** Refused, even where the policy allows whatever gets through. */
const refusing = (name: string, attempt: Mutator["attempt"]): Mutator => ({
  name,
  family: FAMILY,
  setting: "open",
  must: "refuse",
  attempt,
});

/** One field more, out of a table, unless the operation has a field of that name. */
const extra = (name: string, table: Record<string, Json>): Mutator =>
  refusing(name, (target) => {
    const [field, value] = target.dice.pick(Object.entries(table));
    return target.operation.args.some((arg) => arg.name === field) ? undefined : tryWrite(target, { ...target.args, [field]: value });
  });

/** Another value in the place of the id. */
const otherId = (name: string, values: readonly Json[], change: (id: Json, value: Json) => Json = (_, value) => value): Mutator =>
  refusing(name, (target) => {
    const names = idNames(target.operation).filter((one) => one in target.args);
    if (names.length === 0) return undefined;
    const field = target.dice.pick(names);
    return tryWrite(target, { ...target.args, [field]: change(target.args[field] ?? null, target.dice.pick(values)) });
  });

const requiredOf = ({ operation, args }: Target): string[] =>
  operation.args.filter((arg) => arg.required && arg.name in args).map(({ name }) => name);

export const ARGUMENT_MUTATORS: Mutator[] = [
  extra("words of authority", SMUGGLED),
  extra("headers by argument", HEADERS),
  extra("another connection by argument", TENANTS),
  extra("pages and filters of reads", PAGES),
  extra("the chooser of a name that needs none", { relationship: "profiles" }),
  extra("the wire form beside the flat one", { data: { type: "x", attributes: { status: "live" } }, "data.attributes.name": "x" }),
  refusing("a field of no schema", (target) => tryWrite(target, { ...target.args, halyard_unknown: 1 })),
  refusing("__proto__ and constructor", (target) =>
    tryWrite(target, { ...target.args, ...(target.dice.chance(0.5) ? { constructor: { x: 1 } } : { toString: "x" }) }),
  ),
  refusing("a value of another type", (target) => {
    const names = Object.keys(target.args);
    if (names.length === 0) return undefined;
    const name = target.dice.pick(names);
    const value = target.args[name] ?? null;
    const wrong = otherType(value, target.dice);
    return tryWrite(target, { ...target.args, [name]: wrong });
  }),
  refusing("a required value left out", (target) => {
    const names = requiredOf(target);
    if (names.length === 0) return undefined;
    const { [target.dice.pick(names)]: _, ...rest } = target.args;
    return tryWrite(target, rest);
  }),
  refusing("seventy levels", (target) => {
    let deep: Json = "x";
    for (let level = 0; level < 70; level++) deep = [deep];
    return tryWrite(target, { ...target.args, halyard_deep: deep });
  }),
  refusing("arguments as a text", (target) => tryWrite(target, JSON.stringify(target.args))),
  refusing("arguments as a list", (target) => tryWrite(target, [target.args])),
  otherId("ids that climb", TRAVERSALS),
  otherId("ids with invisible characters", INVISIBLE, (id, value) => `${String(id)}${String(value)}`),
  otherId("empty ids, and ids that are no text", ["", null, 0, true, ["x"], { id: "x" }]),
];
