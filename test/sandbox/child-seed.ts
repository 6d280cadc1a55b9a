import { createHash } from "node:crypto";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { createManualClock } from "../../src/lib/clock.ts";
import { createAccount } from "../../src/sandbox/account.ts";
import { actions } from "../../src/sandbox/actions.ts";
import { resources } from "../../src/sandbox/resources.ts";

/**
 * Run as a process of its own: builds an account and prints its hash, and another over every row in the order of its making, which is what
 * pages and ids rest on. Arguments: the seed, the clock in ms, the number of profiles; `size` after them
 * prints how much memory the process takes instead.
 */
const [seed = "halyard", at = "0", profiles = "0", isSize] = process.argv.slice(2);
const account = createAccount({
  catalog: loadCatalog(),
  seed,
  profiles: Number(profiles),
  resources,
  actions,
  transitions: () => "timed",
  origin: () => "http://127.0.0.1",
  clock: () => createManualClock(Number(at)),
  log: (line) => process.stderr.write(line),
});
if (isSize === "size") {
  process.stdout.write(JSON.stringify({ rssMiB: process.memoryUsage().rss / 2 ** 20, counts: account.state.counts() }));
} else {
  const rows = createHash("sha256");
  for (const name of Object.keys(account.state.counts())) {
    for (const row of account.state.named(name).all()) rows.update(`${name} ${JSON.stringify(row)}\n`);
  }
  const { state, keys } = account;
  process.stdout.write(JSON.stringify({ hash: state.hash(), rows: rows.digest("hex"), counts: state.counts(), keys }));
}
