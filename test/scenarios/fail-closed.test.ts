import { readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openApp } from "../../src/app.ts";
import { HalyardError } from "../../src/lib/errors.ts";
import type { Caller } from "../../src/gate/call.ts";
import { createWorld, type World } from "../fixtures/world.ts";

/**
 * The promise (guardrails §10, attacks J1 and K8): a dependency that is missing, broken, slow or full never lets a write through. The policy here
 * allows the write, so that only the fault can stop it; the sandbox's ledger is the witness. What a read gets is said in each row.
 */
let world: World;
beforeEach(async () => {
  world = await createWorld({ profiles: 2 });
  world.setPolicy(ALLOWING);
  // The probes of connecting may have used up this minute's retries; and the policy is known before anything breaks.
  world.clock.advance(61_000);
  expect(await world.write("create_tag", { name: "before" })).toMatchObject({ status: "done" });
});
afterEach(() => world.close());

const ALLOWING = "version: 1\npreset: operator\nrules: []\n";
const writes = (): number => world.sandbox.control.ledger().filter(({ method }) => method !== "GET").length;
const policyFile = (): string => join(world.config.home, "policies", "shop.yaml");

function sql(text: string): void {
  const database = new Database(join(world.config.home, "halyard.db"));
  database.pragma("foreign_keys = off");
  database.exec(text);
  database.close();
}

/** Another process that holds the store's lock until it is let go. */
function lock(): () => void {
  const database = new Database(join(world.config.home, "halyard.db"));
  database.exec("begin immediate");
  return () => void database.close();
}

const KEEP_FULL = "create trigger full_%t before insert on %t begin select raise(fail, 'database or disk is full'); end";
type Ends = "done" | RegExp;
interface Fault {
  dependency: string;
  fault: string;
  /** Breaks it; gives how to mend it where something must be let go. */
  cause: () => void | (() => void);
  /** What the write is answered with: a code or the status, and a word of what is wrong. */
  write: RegExp;
  read: Ends;
}

const BOMB = `a: &a [x, x]\n${"bcdefghij"
  .split("")
  .map((name, at) => `${name}: &${name} [${`*${"abcdefghij"[at]}, `.repeat(9)}x]`)
  .join("\n")}\n`;

const FAULTS: Fault[] = [
  { dependency: "policy", fault: "missing", cause: () => rmSync(policyFile()), write: /denied.*policy file cannot be used/, read: "done" },
  {
    dependency: "policy",
    fault: "empty",
    cause: () => writeFileSync(policyFile(), ""),
    write: /denied.*policy file cannot be used/,
    read: "done",
  },
  {
    dependency: "policy",
    fault: "partial",
    cause: () => truncateSync(policyFile(), 20),
    write: /denied.*policy file cannot be used/,
    read: "done",
  },
  {
    dependency: "policy",
    fault: "of an unknown version",
    cause: () => world.setPolicy("version: 2\npreset: operator\nrules: []\n"),
    write: /denied.*policy file cannot be used/,
    read: "done",
  },
  { dependency: "policy", fault: "a bomb of aliases", cause: () => world.setPolicy(BOMB), write: /denied.*cannot be used/, read: "done" },
  {
    dependency: "store",
    fault: "without its audit table",
    cause: () => sql("drop table audit"),
    write: /no such table|internal/,
    read: /./,
  },
  {
    dependency: "store",
    fault: "without the head of its record",
    cause: () => sql("delete from audit_head"),
    write: /audit_broken/,
    read: /audit_broken/,
  },
  {
    dependency: "store",
    fault: "that takes no row of the record",
    cause: () => sql(KEEP_FULL.replaceAll("%t", "audit")),
    write: /full|internal/,
    read: /./,
  },
  {
    dependency: "store",
    fault: "that takes no intent",
    cause: () => sql(KEEP_FULL.replaceAll("%t", "intents")),
    write: /full|internal/,
    read: "done",
  },
  { dependency: "store", fault: "slow: its lock is held", cause: lock, write: /store_unavailable.*locked/, read: /store_unavailable/ },
  { dependency: "clock", fault: "gives no time", cause: () => world.clock.set(Number.NaN), write: /./, read: /./ },
  {
    dependency: "clock",
    fault: "gives half milliseconds",
    cause: () => world.clock.set(world.clock.now() + 0.5),
    write: /./,
    read: "done",
  },
  {
    dependency: "vault",
    fault: "that cannot open the key: its sealed text was changed",
    cause: () => sql("update secrets set sealed = substr(sealed, 1, length(sealed) - 6) where purpose = 'klaviyo-key'"),
    write: /failed.*store_corrupt/,
    read: /store_corrupt/,
  },
  {
    dependency: "vault",
    fault: "whose key row is gone",
    cause: () => sql("delete from secrets where purpose = 'klaviyo-key'"),
    write: /failed.*connection_revoked/,
    read: /connection_revoked/,
  },
  {
    dependency: "vault",
    fault: "that cannot open the key of the day",
    cause: () => {
      sql("update secrets set sealed = 'hv1.x' where purpose = 'audit-day'");
      world.clock.advance(86_400_000);
      sql("create trigger no_day before insert on secrets begin select raise(fail, 'no'); end");
    },
    write: /./,
    read: /./,
  },
  {
    dependency: "limiter",
    fault: "missing: its table is gone",
    cause: () => sql("drop table rate_windows"),
    write: /failed/,
    read: /./,
  },
  {
    dependency: "limiter",
    fault: "full: it takes no count",
    cause: () =>
      sql(
        `${KEEP_FULL.replaceAll("%t", "rate_windows")}; create trigger f2 before update on rate_windows begin select raise(fail, 'full'); end`,
      ),
    write: /failed/,
    read: /./,
  },
];

/** A call's end in one line: what was thrown, or the status with its reason. */
async function endOf(call: Promise<unknown>): Promise<string> {
  try {
    return JSON.stringify(await call);
  } catch (thrown) {
    return thrown instanceof HalyardError ? `${thrown.code}: ${thrown.message} ${thrown.hint ?? ""}` : `thrown: ${String(thrown)}`;
  }
}

describe.each(FAULTS)("$dependency $fault", ({ cause, write, read }) => {
  it("no write goes through, it is told why, and a read ends as documented", { timeout: 60_000 }, async () => {
    const mend = cause();
    const before = writes();
    const told = await endOf(world.write("create_tag", { name: "during" }));
    expect(writes()).toBe(before);
    expect(told).toMatch(write);
    expect(told).not.toMatch(/"status":"(done|accepted|approval_required)"/);
    const seen = await endOf(world.read("get_lists"));
    if (read === "done") expect(seen).toContain('"status":"done"');
    else {
      expect(seen).toMatch(read);
      expect(seen).not.toContain('"status":"done"');
    }
    if (typeof mend === "function") mend();
  });
});

describe("missing or broken from the start", () => {
  it.each([
    ["vault: another master key", () => writeFileSync(world.config.masterKey.keyFile, `${"ab".repeat(32)}\n`), "master_key"],
    ["vault: no key file", () => rmSync(world.config.masterKey.keyFile), "master_key"],
    ["store: not a database", () => writeFileSync(join(world.config.home, "halyard.db"), "x".repeat(9000)), "store_corrupt"],
    ["store: of a newer Halyard", () => sql("insert into halyard_migration values ('9999-x', 'x')"), "store_newer"],
  ] as const)("%s: Halyard does not open", async (_, cause, code) => {
    await world.app.close();
    cause();
    await expect(openApp(world.config)).rejects.toMatchObject({ code, hint: expect.stringMatching(/./) });
  });

  it("catalog: one that changed voids what was approved under another", async () => {
    world.setPolicy("version: 1\npreset: read-only\nrules: []\n");
    const asked = await world.write("create_tag", { name: "asked" });
    const id = "approval_id" in asked ? (asked.approval_id ?? "") : "";
    sql("update approvals set catalog_hash = 'other'");
    const before = writes();
    await expect(world.app.gate.approve(id, "cli:anna", { run: true })).rejects.toMatchObject({ code: "audit_broken" });
    expect(writes()).toBe(before);
  });
});

it("a clock that was set back is on the record, and what was approved before is not used", async () => {
  world.setPolicy("version: 1\npreset: read-only\nrules: []\n");
  const asked = await world.write("create_tag", { name: "asked" });
  const id = "approval_id" in asked ? (asked.approval_id ?? "") : "";
  await world.app.gate.approve(id, "cli:anna", { run: false });
  const before = writes();
  world.clock.advance(-120_000);
  expect(await world.write("create_tag", { name: "asked" })).not.toMatchObject({ status: "done" });
  expect(writes()).toBe(before);
  const events = (await world.app.store.audit.list({ limit: 1000 })).map(({ event }) => event);
  expect(events).toContain("clock.back");
  expect(await world.app.verifyAudit()).not.toHaveProperty("bad");
});

describe("reads by the owner's setting", () => {
  it("are refused while the record takes no row, or answered and counted, and a write is refused in both", async () => {
    const lenient = await openApp({ ...world.config, allowUnrecordedReads: true }, { clock: world.clock });
    const caller: Caller = world.agent;
    const read = () => lenient.gate.call(caller, { action: "get_lists", args: {}, intent: "read" });
    expect(await read()).toMatchObject({ status: "done" });
    const unlock = lock();
    expect(await endOf(world.read("get_lists"))).toMatch(/store_unavailable/);
    expect(await read()).toMatchObject({ status: "done", unrecorded: true });
    const before = writes();
    expect(await endOf(lenient.gate.call(caller, { action: "create_tag", args: { name: "x" }, intent: "write" }))).toMatch(
      /store_unavailable/,
    );
    expect(writes()).toBe(before);
    unlock();
    expect(await read()).not.toHaveProperty("unrecorded");
    const counted = (await world.app.store.audit.list({ limit: 1000 })).filter(({ event }) => event === "unrecorded");
    expect(counted.map(({ fields }) => fields["counts"])).toEqual([{ read: 1, refused: 1 }]);
    await lenient.close();
  }, 60_000);
});

it("every intent was there before its effect: as many intents as requests that could change something", () => {
  const database = new Database(join(world.config.home, "halyard.db"), { readonly: true });
  const { count } = database.prepare("select count(*) as count from intents").get() as { count: number };
  database.close();
  expect(count).toBe(writes());
  expect(readFileSync(join(world.config.home, "audit.mark"), "latin1")).toMatch(/\b[0-9a-f]{64} [0-9a-f]{64}/);
});
