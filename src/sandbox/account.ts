import type { Catalog } from "../catalog/catalog.ts";
import type { Clock } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import type { Action, Resource } from "./engine/declare.ts";
import { createEngine, declaredCollections, type Engine } from "./engine/engine.ts";
import type { Transitions } from "./engine/tasks.ts";
import { keys } from "./protocol/keys.ts";
import { seedAccount } from "./seed/account.ts";
import { createIdentity } from "./state/identity.ts";
import { openJournal, type JournalHead } from "./state/journal.ts";
import { State } from "./state/state.ts";

export interface AccountOptions {
  catalog: Catalog;
  /** Left out, both are what the journal says. */
  seed?: string;
  profiles?: number;
  resources: readonly Resource[];
  actions: readonly Action[];
  /** File of the journal. */
  persist?: string;
  origin(): string;
  /** Makes the clock; an account that was kept goes on from its last moment. */
  clock(lastMs: number | undefined): Clock;
  transitions(): Transitions;
  log(line: string): void;
}

const DEFAULT_SEED = "halyard";
const DEFAULT_PROFILES = 5000;

/** The emulated account without its server. */
export interface Account {
  id: string;
  keys: { full: string; readOnly: string };
  state: State;
  engine: Engine;
  now(): number;
  /** Back to the seed state, of as many profiles as before unless told; the journal is emptied. */
  reset(profiles?: number): void;
  /** Keeps the clock's position where there is a journal. */
  noteClock(): void;
  close(): void;
}

/** Builds the seed state, puts back what the journal kept, and from then on journals every change before it is answered for. */
export function createAccount(options: AccountOptions): Account {
  const { catalog, resources, actions, persist, origin, transitions, log } = options;
  const journal = persist === undefined ? undefined : openJournal(persist);
  const found = journal?.found;
  const { seed = found?.head.seed ?? DEFAULT_SEED, profiles = found?.head.profiles ?? DEFAULT_PROFILES } = options;
  if (found && (found.head.seed !== seed || found.head.profiles !== profiles)) {
    journal.close();
    throw new HalyardError("config", "The sandbox journal belongs to another seed or number of profiles.", {
      hint: `It has ${found.head.profiles} profiles of the seed ${JSON.stringify(found.head.seed)}. Start with the same, or another file.`,
    });
  }
  const clock = options.clock(found?.atMs);
  const id = accountIdOf(seed);
  const collections = declaredCollections(resources);
  const state = new State([...collections, keys], createIdentity(seed));
  let head: JournalHead = { halyard_sandbox: 1, seed, profiles, startAt: found?.head.startAt ?? clock.now() };
  let isSeeding = false;
  const now = (): number => (isSeeding ? head.startAt : clock.now());
  const onTaskFailure = (kind: string, thrown: unknown): void => log(`sandbox task ${kind} failed: ${traceOf(thrown)}`);
  const engine = createEngine({ catalog, state, resources, actions, now, transitions, accountId: id, origin, onTaskFailure });
  state.onChange((changes) => {
    if (!isSeeding) journal?.append(now(), changes);
  });

  const seedAll = (): Account["keys"] => {
    isSeeding = true;
    try {
      return engine.run((ctx) => {
        const made = { full: `pk_${ctx.ids.alphanumeric(34)}`, readOnly: `pk_${ctx.ids.alphanumeric(34)}` };
        const { ulid } = createIdentity(`${seed} keys`);
        for (const [name, scopes] of [["full", null] as const, ["readOnly", readScopes(catalog)] as const])
          ctx.rows(keys).put({ id: ulid(ctx.now), name, label: name, created: ctx.now, key: made[name], scopes });
        seedAccount(ctx, { seed, profiles: head.profiles, collections });
        return made;
      });
    } finally {
      isSeeding = false;
    }
  };
  const seeded = seedAll();
  if (found) state.replay(found.changes);
  journal?.begin(head);
  return {
    id,
    keys: seeded,
    state,
    engine,
    now,
    reset(count = head.profiles) {
      head = { ...head, profiles: count };
      state.clear();
      seedAll();
      journal?.clear(head);
    },
    noteClock: () => journal?.append(now(), []),
    close: () => journal?.close(),
  };
}

function readScopes(catalog: Catalog): string[] {
  const scopes = catalog.operations.flatMap((operation) => operation.scopes).filter((scope) => scope.endsWith(":read"));
  return [...new Set(scopes)].toSorted();
}

/** Six characters, the first a letter, as account ids are. */
export function accountIdOf(seed: string): string {
  const ids = createIdentity(`${seed} account`);
  return Array.from({ length: 6 }, (_, i) => "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[ids.number(i === 0 ? 24 : 32)]).join("");
}

/** A failure of the sandbox itself as text for the log. */
export function traceOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
}
