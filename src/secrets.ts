import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Config } from "./config.ts";
import { systemClock, type Clock } from "./lib/clock.ts";
import { HalyardError } from "./lib/errors.ts";
import { randomBytes, type RandomBytes } from "./lib/ids.ts";
import type { Secret } from "./lib/secret.ts";
import { openStore } from "./store/store.ts";
import type { MasterKeyProvider, SourceReport } from "./vault/master-key.ts";
import { activeOf, openMaster } from "./vault/open-master.ts";
import type { PassphraseCost } from "./vault/passphrase.ts";
import { sealRecovery } from "./vault/recovery.ts";
import { restoreMasterKey } from "./vault/restore.ts";
import { rotateMasterKey, type RotationReport, type RotationStep } from "./vault/rotation.ts";

/** What the owner does with the keys of this store. It opens the store alone: it must work where the master key is missing. */
export interface SecretsDesk {
  /** Where the master key comes from, and what is not as it should be. Never fails for a missing or wrong key: that is what it tells. */
  survey(): Promise<SecretsSurvey>;
  rotate(options: { to?: MasterKeyProvider; given?: Secret; by: string }): Promise<RotationReport>;
  /** Writes the master key under a phrase into a new file, for its owner alone. The phrase is in the answer and nowhere else. */
  exportRecovery(file: string, by: string): Promise<{ file: string; phrase: Secret }>;
  importRecovery(file: string, phrase: Secret, by: string): Promise<{ keyFile: string }>;
  close(): Promise<void>;
}

export interface SecretsSurvey {
  /** Every source in the order in which it is asked; empty where looking for the key failed. */
  chain: SourceReport[];
  /** Why the store's master key cannot be had. */
  problem?: HalyardError;
  /** Where the key of this store is, by its record; absent before the first start. */
  active?: { provider: string; since: number };
  dataKeys: number;
  /** A rotation that was interrupted: when it was begun. */
  unfinishedSince?: number;
}

interface Overrides {
  clock?: Clock;
  random?: RandomBytes;
  passphraseCost?: PassphraseCost;
  recoveryCost?: PassphraseCost;
  reached?: (step: RotationStep) => void;
}

export async function openSecrets(config: Config, overrides: Overrides = {}): Promise<SecretsDesk> {
  const { clock = systemClock, random = randomBytes, passphraseCost, recoveryCost, reached } = overrides;
  const store = await openStore({ url: config.databaseUrl, clock });
  const options = () => ({ sources: config.masterKey, store, random, nowMs: clock.now(), passphraseCost });
  return {
    async survey() {
      const rows = await store.masterKeys.list();
      const active = activeOf(rows);
      const next = rows.find(({ status }) => status === "next");
      const facts = {
        ...(active && { active: { provider: active.provider, since: active.created_at } }),
        ...(next && { unfinishedSince: next.created_at }),
        dataKeys: (await store.dataKeys.list()).length,
      };
      // Before the first start there is nothing to look for, and looking would make a key.
      if (!active) return { chain: [], ...facts };
      try {
        return { chain: (await openMaster(options())).chain, ...facts };
      } catch (thrown) {
        if (thrown instanceof HalyardError && thrown.code === "master_key") return { chain: [], problem: thrown, ...facts };
        throw thrown;
      }
    },
    rotate: ({ to, given, by }) => rotateMasterKey({ ...options(), to, given, by, reached }),
    async exportRecovery(file, by) {
      const { key, row } = await openMaster(options());
      const { text, phrase } = await sealRecovery(key, { nowMs: clock.now(), random, cost: recoveryCost });
      writeNew(file, text);
      await store.audit
        .append({ at: clock.now(), event: "secrets.recovery_exported", fields: { by, key: row.id } })
        .catch((thrown: unknown) => {
          rmSync(file, { force: true });
          throw thrown;
        });
      return { file, phrase };
    },
    importRecovery: (file, phrase, by) => restoreMasterKey(options(), { text: readRecovery(file), phrase, by }),
    close: () => store.close(),
  };
}

function writeNew(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(file, text, { flag: "wx", mode: 0o600, flush: true });
  } catch (cause) {
    const exists = cause instanceof Error && "code" in cause && cause.code === "EEXIST";
    throw new HalyardError("usage", exists ? `${file} exists already.` : `${file} cannot be written.`, {
      hint: "Name a new file, in a folder that you may write to.",
      cause,
    });
  }
}

function readRecovery(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new HalyardError("usage", `${file} cannot be read.`, {
      hint: "Name the file that halyard secrets export-recovery wrote.",
      cause,
    });
  }
}
