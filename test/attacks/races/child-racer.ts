/** A gateway process of its own in a race for the same approvals: `child-racer.ts <names, comma-separated> <approval ids, comma-separated>`. Prints one line per end. */
import { openApp } from "../../../src/app.ts";
import { readConfig } from "../../../src/config.ts";
import { HalyardError } from "../../../src/lib/errors.ts";

const [names = "", approvals = ""] = process.argv.slice(2);
const config = readConfig();
const app = await openApp(config);
const caller = await app.agents.byToken(config.agentToken?.reveal() ?? "", "stdio");

const say = (what: string, status: string): boolean => process.stdout.write(`${what} ${status}\n`);
const told = (thrown: unknown): string => (thrown instanceof HalyardError ? thrown.code : "failed");

async function end(work: Promise<void>[]): Promise<void> {
  await Promise.all(work);
  await app.close();
  process.stdin.destroy();
}

say("ready", "");
process.stdin.once("data", () => {
  const calls = names.split(",").map(async (name) => {
    const result = await app.gate
      .call(caller, { action: "create_list", args: { name }, intent: "write" })
      .catch((thrown: unknown) => ({ status: told(thrown) }));
    say(name, result.status);
  });
  const decisions = approvals.split(",").map(async (id) => {
    const view = await app.gate.approve(id, `process ${process.pid}`, { run: true }).catch((thrown: unknown) => ({ status: told(thrown) }));
    say(id, view.status);
  });
  void end([...calls, ...decisions]);
});
