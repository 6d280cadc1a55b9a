/**
 * A process of its own that does with a gateway what it is told, one JSON document a line, and kills itself at the point that it is told.
 * `{"do":"open", …}` begins, each answer is `{"ok": …}` or `{"error": …}`.
 */
import { createInterface } from "node:readline";
import { openActor, type Actor, type OpenInput } from "./actor.ts";
import { loadCatalog } from "../../src/catalog/catalog.ts";

loadCatalog();

interface Command {
  do: "open" | "ask" | "approve" | "reconcile" | "clock" | "hits" | "close";
  open?: OpenInput;
  kill?: { point: string; nth: number };
  approvalId?: string;
  nowMs?: number;
}

let actor: Actor | undefined;
const hits = new Map<string, number>();

const say = (line: object): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
say({ ok: "ready" });
for await (const line of createInterface({ input: process.stdin })) {
  try {
    say({ ok: (await perform(JSON.parse(line) as Command)) ?? null });
  } catch (thrown) {
    say({ error: thrown instanceof Error ? thrown.message : "unknown" });
  }
}

async function perform(command: Command): Promise<unknown> {
  if (command.do === "open") {
    if (!command.open) throw new Error("open what?");
    hits.clear();
    const { kill } = command;
    actor = await openActor(command.open, (point) => {
      const count = (hits.get(point) ?? 0) + 1;
      hits.set(point, count);
      if (kill?.point === point && kill.nth === count) dieAtOnce();
    });
    return null;
  }
  if (command.do === "hits") return Object.fromEntries(hits);
  if (!actor) throw new Error("nothing is open");
  switch (command.do) {
    case "ask":
      return actor.ask();
    case "approve":
      return actor.approve(command.approvalId ?? "");
    case "reconcile":
      return actor.reconcile();
    case "clock":
      return actor.setClock(command.nowMs ?? 0);
    case "close":
      await actor.close();
      actor = undefined;
      return null;
  }
}

/** No handler runs, nothing is flushed: the process ends as if the power had gone. */
function dieAtOnce(): never {
  process.kill(process.pid, "SIGKILL");
  // Until the signal is there.
  for (;;);
}
