import { isoMillis } from "../lib/clock.ts";
import { HalyardError } from "../lib/errors.ts";
import type { Secret } from "../lib/secret.ts";
import { createKeyFile, keyFailure, readKeyFile, removeKeyFile } from "./key-file.ts";
import { keyAsText, keyFromText } from "./key-text.ts";
import { isKeyOf } from "./master-identity.ts";
import { PROVIDERS } from "./master-key.ts";
import { activeOf, type MasterKeyOptions } from "./open-master.ts";
import { openRecovery } from "./recovery.ts";

/** Puts the master key of a recovery file into the key file, after it has proved to be this store's. Nothing is changed otherwise. */
export async function restoreMasterKey(
  { store, sources, random, nowMs }: MasterKeyOptions,
  { text, phrase, by }: { text: string; phrase: Secret; by: string },
): Promise<{ keyFile: string }> {
  const rows = await store.masterKeys.list();
  const active = activeOf(rows);
  if (!active) {
    throw new HalyardError("usage", "This store was never sealed: there is nothing to recover.", {
      hint: "Put the database back first (the folder of HALYARD_HOME, or HALYARD_DATABASE_URL), then import its recovery file.",
    });
  }
  const key = await openRecovery(text, phrase);
  if (!isKeyOf(key, active)) {
    const retired = rows.find((row) => isKeyOf(key, row));
    throw keyFailure(
      retired
        ? `This recovery file holds a master key that was replaced at ${isoMillis(retired.ended_at ?? 0)}.`
        : "This recovery file holds the master key of another store.",
      "Take the recovery file that was made after the last rotation, or the backup of the store that belongs to this one.",
    );
  }
  const { keyFile } = sources;
  const present = readKeyFile(keyFile);
  if (present !== undefined && !isKeyOf(keyFromText(present, `in ${keyFile}`), active)) {
    const isOld = rows.some((row) => row.status === "retired" && isKeyOf(keyFromText(present, `in ${keyFile}`), row));
    if (!isOld) throw keyFailure(`${keyFile} holds the key of another store.`, "Move it away first: it may open that one.");
    removeKeyFile(keyFile);
  }
  createKeyFile(keyFile, keyAsText(key), random);
  await store.transaction(async (tables) => {
    await tables.masterKeys.move(active.id, "key-file");
    await tables.audit.append({
      at: nowMs,
      event: "secrets.recovered",
      fields: { by, key: active.id, from: active.provider, to: "key-file", place: PROVIDERS["key-file"] },
    });
  });
  return { keyFile };
}
