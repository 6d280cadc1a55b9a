import type { Gate } from "../../src/gate/gate.ts";

/** What cases need of parts that are not there yet, in one place: with the part, each of these becomes an ordinary call. */

/** The owner's stop of everything; it gives the intents that were on their way in that moment. */
export function stopperOf(gate: Gate): (by: string) => Promise<string[]> {
  const stop: unknown = Reflect.get(gate, "stopAll");
  if (typeof stop !== "function") throw new Error("the gate has no stop for everything");
  return async (by) => {
    const { in_flight: inFlight } = (await Reflect.apply(stop, gate, [by])) as { in_flight: { intent_id: string }[] };
    return inFlight.map(({ intent_id: id }) => id);
  };
}
