import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { HalyardError } from "../lib/errors.ts";
import type { IntentMark } from "./fence.ts";

/**
 * The count of intents in a file beside the store, raised before each write leaves. It need not survive a power failure: a mark that is behind only
 * fails to notice, a store that is behind the mark was put back (attack M9). `storeId` tells a fresh store from an old one.
 */
export function createIntentMark(path: string, storeId: string): IntentMark {
  let known = 0;
  const read = (): number => {
    let text: string;
    try {
      text = readFileSync(path, "utf8");
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return known;
      throw unusable(path, thrown);
    }
    // An empty file is one that another process is writing at this moment.
    if (text === "") return known;
    const [, id, count] = /^(\S+) (\d{1,15})\n$/.exec(text) ?? [];
    if (count === undefined) throw unusable(path);
    if (id === storeId) known = Math.max(known, Number(count));
    return known;
  };
  return {
    read,
    raise(intents) {
      if (intents <= read()) return;
      known = intents;
      try {
        mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
        writeFileSync(path, `${storeId} ${intents}\n`, { mode: 0o600 });
      } catch (thrown) {
        throw unusable(path, thrown);
      }
    },
  };
}

function unusable(path: string, cause?: unknown): HalyardError {
  return new HalyardError("store_unavailable", `The file ${path} cannot be used, so writes are not sent.`, {
    cause,
    hint: "It holds the count of what was sent. Make it readable and writable again, or remove it and run halyard resume.",
  });
}
