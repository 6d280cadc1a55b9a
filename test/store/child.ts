/** A process of its own that uses a store, for tests of several at once: `child.ts <what> <url> [argument]`. Prints one line per thing done. */
import { systemClock } from "../../src/lib/clock.ts";
import { openStore } from "../../src/store/store.ts";
import { intentRow, START_MS } from "./rows.ts";

const [what, url = "", argument = ""] = process.argv.slice(2);
const store = await openStore({ url, clock: systemClock });
const say = (line: string) => process.stdout.write(`${line}\n`);

if (what === "append") {
  // Until killed.
  for (let n = 1; ; n++) {
    const { seq } = await store.audit.append({ at: START_MS, event: "received", fields: { by: argument, n } });
    say(String(seq));
  }
} else if (what === "append-some") {
  for (let n = 1; n <= Number(argument); n++) await store.audit.append({ at: START_MS, event: "received", fields: { n } });
} else if (what === "consume") {
  for (let n = 1; n <= Number(argument); n++) {
    const won = await store.transaction(async (tables) => {
      const id = `intent_${process.pid}_${n}`;
      if (!(await tables.approvals.transition(`appr_${n}`, ["approved"], "consumed", { intent_id: id }))) return false;
      await tables.intents.insert(intentRow({ id, call_id: `call_${n}`, approval_id: `appr_${n}` }));
      return true;
    });
    if (won) say(String(n));
  }
} else {
  say("open");
}
await store.close();
