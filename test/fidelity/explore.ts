import { createRequests } from "./arguments.ts";
import { openShop, wrongWith } from "./shop.ts";
const fill = (process.argv[2] ?? "required") as "required" | "all";
const t0 = performance.now();
const shop = await openShop();
const requests = createRequests(shop);
let bad = 0;
for (const op of shop.operations) {
  if (fill==="all" && !["create","update","action","job"].includes(op.shape)) continue;
  try {
    const args = await requests.argsFor(op, fill);
    const a = await shop.send(op, args);
    const w = wrongWith(op, a);
    if (w.length) { bad++; console.log(op.id, a.asked, JSON.stringify(args).slice(0,500), "\n    ", JSON.stringify(w.slice(0,4)).slice(0, 700)); }
  } catch (e) { bad++; console.log(op.id, "THROWS", (e as Error).message.slice(0,300)); }
}
console.log(shop.operations.length, "bad", bad, performance.now() - t0);
console.log(shop.log.slice(0,3).join("\n"));await shop.sandbox.close();
