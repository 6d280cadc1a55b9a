import { createHash } from "node:crypto";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { createManualClock } from "../../src/lib/clock.ts";
import { createAccount } from "../../src/sandbox/account.ts";
import { actions } from "../../src/sandbox/actions.ts";
import { resources } from "../../src/sandbox/resources.ts";

/**
 * Run as a process of its own: builds an account and prints its hash, and another over every row in the order of its making, which is what
 * pages and ids rest on. Arguments: the seed, the clock in ms, the number of profiles.
 */
const [seed = "halyard", at = "0", profiles = "0"] = process.argv.slice(2);
const account = createAccount({
  catalog: loadCatalog(),
  seed,
  profiles: Number(profiles),
  resources,
  actions,
  persist: undefined,
  origin: () => "http://127.0.0.1",
  clock: () => createManualClock(Number(at)),
  log: (line) => process.stderr.write(line),
});
const rows = createHash("sha256");
for (const name of Object.keys(account.state.counts())) {
  for (const row of account.state.named(name).all()) rows.update(`${name} ${JSON.stringify(row)}\n`);
}
process.stdout.write(
  JSON.stringify({ hash: account.state.hash(), rows: rows.digest("hex"), counts: account.state.counts(), keys: account.keys }),
);
