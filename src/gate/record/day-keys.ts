import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { isoMillis } from "../../lib/clock.ts";
import { HalyardError } from "../../lib/errors.ts";
import type { RandomBytes } from "../../lib/ids.ts";
import type { SecretRow } from "../../store/tables/secrets.ts";
import type { GateParts } from "../call.ts";
import { gatewayContext } from "./gateway-secrets.ts";

/**
 * One key a day (UTC), wrapped by the vault, for what calls say about people. Without its key the content of a day is noise, on every copy of
 * the database that does not hold the key itself.
 */
export interface DayKeys {
  /** Makes the key of today where there is none. Before a transaction that seals, never inside one. */
  ready(): Promise<void>;
  /** Reads which keys there are now: another process may have made or erased some. */
  refresh(): Promise<void>;
  /** Encrypts under the key that {@link ready} got; opens only with the same label. */
  seal(text: string, label: string): string;
  /** Undefined when the key is erased. Error `store_corrupt` when the text was changed or belongs elsewhere. */
  open(sealed: string, label: string): string | undefined;
  /** Days that have a key. */
  days(): string[];
  /** Whether the key of that name is there. */
  has(keyId: string): boolean;
  /** Under which key something was sealed, and of which day that is; undefined for what was not sealed here. */
  keyOf(sealed: string): { id: string; day: string } | undefined;
}

const FORM = "hd1";
const SEALED = /^hd1\.(day_(\d{4}-\d\d-\d\d)_[0-9a-f]{8})\.([A-Za-z0-9_-]+)$/;
const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** `2026-07-15`, UTC. */
export function dayAt(atMs: number): string {
  return isoMillis(atMs).slice(0, 10);
}

/** How everything begins that was sealed under a key of that day. */
export function sealedOn(day: string): string {
  return `${FORM}.day_${day}_`;
}

export function createDayKeys({ store, vault, clock }: Pick<GateParts, "store" | "vault" | "clock">, random: RandomBytes): DayKeys {
  let known = new Map<string, SecretRow>();
  let current: SecretRow | undefined;

  // Gone with its row, as soon as the keys are read again.
  const openedRows = new WeakMap<SecretRow, KeyObject>();
  const opened = (row: SecretRow): KeyObject => {
    const key = openedRows.get(row) ?? createSecretKey(vault.open(row.sealed, gatewayContext(row)).reveal(), "base64url");
    openedRows.set(row, key);
    return key;
  };
  const dayOfId = (id: string): string => id.slice("day_".length, -9);

  async function refresh(): Promise<void> {
    // A row that is as it was stays the same one, with its opened key.
    known = new Map(
      (await store.secrets.ofGateway("audit-day")).map((row) => [
        row.id,
        known.get(row.id)?.sealed === row.sealed ? (known.get(row.id) ?? row) : row,
      ]),
    );
    if (current && !known.has(current.id)) current = undefined;
  }

  /** Of several processes that begin a day at once, one makes its key. */
  async function keyFor(day: string): Promise<SecretRow> {
    return store.transaction(async (tables) => {
      const found = (await tables.secrets.ofGateway("audit-day")).find(({ id }) => dayOfId(id) === day);
      if (found) return found;
      // A day that was erased and comes again, by a clock that was set back, gets another key under another name.
      const named = { id: `day_${day}_${Buffer.from(random(4)).toString("hex")}`, version: 1 };
      const row: SecretRow = {
        ...named,
        connection_id: null,
        purpose: "audit-day",
        sealed: vault.seal(Buffer.from(random(KEY_BYTES)).toString("base64url"), gatewayContext(named)),
        created_at: clock.now(),
      };
      await tables.secrets.insert(row);
      return row;
    });
  }

  return {
    async ready() {
      const day = dayAt(clock.now());
      if (current && dayOfId(current.id) === day) return;
      current = await keyFor(day);
      known.set(current.id, current);
    },
    refresh,
    seal(text, label) {
      if (!current) throw new HalyardError("internal", "There is no key of the day to seal with.");
      const iv = random(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", opened(current), iv).setAAD(Buffer.from(`${FORM}\n${current.id}\n${label}`));
      const bytes = Buffer.concat([iv, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]);
      return [FORM, current.id, bytes.toString("base64url")].join(".");
    },
    open(sealed, label) {
      const [, id = "", , body = ""] = SEALED.exec(sealed) ?? [];
      if (id === "") throw changed();
      const row = known.get(id);
      if (!row) return undefined;
      const bytes = Buffer.from(body, "base64url");
      try {
        const decipher = createDecipheriv("aes-256-gcm", opened(row), bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
          .setAAD(Buffer.from(`${FORM}\n${id}\n${label}`))
          .setAuthTag(bytes.subarray(-TAG_BYTES));
        return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES, -TAG_BYTES)), decipher.final()]).toString("utf8");
      } catch (thrown) {
        throw thrown instanceof HalyardError ? thrown : changed();
      }
    },
    days: () => [...new Set([...known.keys()].map(dayOfId))].toSorted(),
    has: (keyId) => known.has(keyId),
    keyOf(sealed) {
      const [, id, day] = SEALED.exec(sealed) ?? [];
      return id === undefined || day === undefined ? undefined : { id, day };
    },
  };
}

function changed(): HalyardError {
  return new HalyardError("store_corrupt", "The content of a call was changed, or does not belong to its record.", {
    hint: "Run halyard audit verify, and restore the store from a backup.",
  });
}
