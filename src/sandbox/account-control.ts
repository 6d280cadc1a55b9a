import { HalyardError } from "../lib/errors.ts";
import type { ManualClock } from "../lib/clock.ts";
import type { AccountSet, HostedAccount } from "./account-set.ts";
import type { Transitions } from "./engine/tasks.ts";
import { keys, type KeyRow } from "./protocol/keys.ts";
import { accounts as accountRows } from "./resources/accounts.ts";
import { confirmSubscriptions } from "./resources/confirmations.ts";
import { conversations } from "./resources/conversation-rows.ts";
import type { SandboxControl } from "./server/control.ts";
import type { Faults } from "./server/faults.ts";
import type { LateWork } from "./server/late-work.ts";
import type { Ledger } from "./server/ledger.ts";
import { compareSnapshots, restoreSnapshot, takeSnapshot, type Snapshot } from "./state/snapshot.ts";

/** What all accounts of a server share. */
export interface ServerParts {
  accounts: AccountSet;
  now(): number;
  /** Undefined where the clock is the real one. */
  manual(): ManualClock | undefined;
  transitions: { mode: Transitions };
  faults: Faults;
  ledger: Ledger;
  late: LateWork;
}

/** The functions of {@link SandboxControl} over one account. */
export function controlOf(hosted: HostedAccount, parts: ServerParts): SandboxControl {
  return {
    ...serverControl(parts),
    ...rowsControl(hosted, parts),
    ...peopleControl(hosted),
    of: (id) => controlOf(parts.accounts.must(id), parts),
  };
}

type ServerFunctions =
  | "clock"
  | "advance"
  | "setClock"
  | "transitions"
  | "setTransitions"
  | "setFaults"
  | "faults"
  | "clearFaults"
  | "ledger"
  | "clearLedger"
  | "accounts"
  | "addAccount";

function serverControl({ accounts, now, manual, transitions, faults, ledger }: ServerParts): Pick<SandboxControl, ServerFunctions> {
  const moveClock = (move: (clock: ManualClock) => void): void => {
    const clock = manual() ?? refuseClock();
    move(clock);
    for (const { noteClock, engine } of accounts.all()) {
      noteClock();
      engine.runDue();
    }
  };
  return {
    clock: () => ({ mode: manual() ? "manual" : "real", now: now() }),
    advance: (byMs) => moveClock((clock) => clock.advance(byMs)),
    setClock: (toMs) => moveClock((clock) => clock.set(toMs)),
    transitions: () => transitions.mode,
    setTransitions(mode) {
      transitions.mode = mode;
    },
    setFaults: faults.set,
    faults: faults.list,
    clearFaults: faults.clear,
    ledger: (since = 0) => ledger.since(since),
    clearLedger: ledger.clear,
    accounts: () => accounts.all().map((each) => ({ id: each.id, name: nameOf(each), profiles: each.state.counts()["profiles"] ?? 0 })),
    addAccount(seed, count) {
      const added = accounts.add({ seed, profiles: count });
      return { id: added.id, name: nameOf(added), keys: added.keys };
    },
  };
}

type RowFunctions =
  | "reset"
  | "state"
  | "counts"
  | "dump"
  | "snapshot"
  | "snapshots"
  | "restore"
  | "dropSnapshot"
  | "compare"
  | "deliveries"
  | "coverage";

function rowsControl(hosted: HostedAccount, { now, manual, faults, ledger, late }: ServerParts): Pick<SandboxControl, RowFunctions> {
  const { state, engine, snapshots, limiter, courier } = hosted;
  const must = (name: string): { snapshot: Snapshot; atMs: number } =>
    snapshots.get(name) ?? missing(`There is no snapshot ${JSON.stringify(name)}. Take one first.`);
  return {
    reset(count) {
      hosted.reset(count);
      limiter.reset();
      faults.clear();
      late.clear();
      ledger.clear();
    },
    state: () => ({ hash: state.hash(), counts: state.counts() }),
    counts: () => state.counts(),
    dump: (collections) => state.dump(collections),
    snapshot: (name) => void snapshots.set(name, { snapshot: takeSnapshot(state), atMs: now() }),
    snapshots: () => [...snapshots].map(([name, { atMs }]) => ({ name, at: atMs })),
    restore(name) {
      const { snapshot, atMs } = must(name);
      restoreSnapshot(state, snapshot);
      manual()?.set(atMs);
      hosted.noteClock();
      limiter.reset();
    },
    dropSnapshot(name) {
      must(name);
      snapshots.delete(name);
    },
    compare: (from, to) => [...compareSnapshots(must(from).snapshot, to === undefined ? takeSnapshot(state) : must(to).snapshot)],
    async deliveries() {
      await courier?.idle();
      return courier?.deliveries() ?? [];
    },
    coverage: () => engine.coverage(),
  };
}

type PeopleFunctions = "keys" | "createKey" | "revokeKey" | "enableKey" | "converse" | "confirm" | "remove";

/** What the owner of the account, or a person in it, does outside of the API. */
function peopleControl({ state, engine }: HostedAccount): Pick<SandboxControl, PeopleFunctions> {
  const changeKey = (name: string, change: (row: KeyRow) => KeyRow): void =>
    engine.run((ctx) => {
      ctx.rows(keys).put(change(ctx.rows(keys).find("name", name) ?? missing("There is no key of that name.")));
    });
  return {
    keys: () =>
      [...state.rows(keys).all()].map(({ id, name, label, scopes, disabled = false, revoked = false }) => ({
        id: name,
        api_id: id,
        label,
        scopes,
        disabled,
        revoked,
      })),
    createKey: (name, scopes) =>
      engine.run((ctx) => {
        if (ctx.rows(keys).find("name", name)) throw new HalyardError("conflict", "There is a key of that name.");
        const made = { id: ctx.ids.ulid(ctx.now), name, label: name, created: ctx.now };
        return ctx.rows(keys).put({ ...made, key: `pk_${ctx.ids.alphanumeric(34)}`, scopes }).key;
      }),
    revokeKey: (name) => changeKey(name, (row) => ({ ...row, revoked: true })),
    enableKey: (name) =>
      changeKey(name, (row) => {
        const { disabled: _, ...rest } = row;
        return rest;
      }),
    confirm: (address) =>
      engine.run((ctx) => confirmSubscriptions(ctx, address) || missing("No confirmation is awaited from that address.")),
    remove: (type, id) =>
      engine.run((ctx) => {
        if (!ctx.find(type, id)) missing("There is no such resource.");
        ctx.remove(type, id);
      }),
    converse: (profile, channel) =>
      engine.run((ctx) => {
        if (!ctx.find("profile", profile)) missing("There is no profile of that id.");
        return ctx.rows(conversations).put({ id: ctx.ids.ulid(ctx.now), channel, profile }).id;
      }),
  };
}

export function nameOf({ id, state }: HostedAccount): string {
  return state.rows(accountRows).get(id)?.organization ?? "";
}

function refuseClock(): never {
  throw new HalyardError("invalid_arguments", "The clock of this sandbox is the real one.", {
    hint: "Start it with a manual clock to move it.",
  });
}

function missing(message: string): never {
  throw new HalyardError("not_found", message);
}
