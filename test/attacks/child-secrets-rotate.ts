/** A process that rotates the master key and is killed after a step: `child-secrets-rotate.ts <home> <step> <to> <given>`. */
import { openSecrets } from "../../src/secrets.ts";
import { Secret } from "../../src/lib/secret.ts";
import type { MasterKeyProvider } from "../../src/vault/master-key.ts";
import { configFor } from "../fixtures/world.ts";
import { CHEAP } from "./secrets-costs.ts";

const [home = "", step = "", to = "", given = "", environmentKey = ""] = process.argv.slice(2);
const config = configFor(home);
if (environmentKey !== "") config.masterKey.environmentKey = new Secret(environmentKey);
const desk = await openSecrets(config, {
  passphraseCost: CHEAP,
  reached: (reached) => {
    if (reached === step) process.kill(process.pid, "SIGKILL");
  },
});
await desk.rotate({ by: "test", ...(to !== "" && { to: to as MasterKeyProvider }), ...(given !== "" && { given: new Secret(given) }) });
await desk.close();
