import type { JsonObject } from "../../lib/json.ts";
import type { FlowRow } from "../resources/flow-rows.ts";
import type { FlowRunRow } from "./arrivals.ts";
import type { Traveller } from "./conditions.ts";

/** A person at an action. */
export interface Stop {
  flow: FlowRow;
  run: FlowRunRow;
  /** Definition of the action. */
  action: JsonObject;
  traveller: Traveller;
}

/** Where it goes on, or what it waits for: a time, or a variant that is sold out. `null`: the way ends here. */
export type Outcome = { next: string | null } | { until: number } | { stock: string };
