import type { Interrupted } from "../gate/under-way.ts";
import { styled, type Line } from "./layout.ts";
import type { Session } from "./session.ts";

/** What a revocation could not hold back any more, and how many it did. */
export function underWayLines({ under_way, held_back }: Interrupted, { typed }: Session): Line[] {
  return [
    ...(held_back === 0
      ? []
      : [`  ${held_back} ${held_back === 1 ? "write that was" : "writes that were"} waiting to leave will not be sent.`]),
    ...(under_way.length === 0
      ? []
      : [
          [styled("yellow", "  ! "), "These had left already; Klaviyo decides what becomes of them:"] as Line,
          ...under_way.map(({ call_id, operation, left_at }) => `    ${operation} at ${left_at}   ${typed(`activity ${call_id}`)}`),
        ]),
  ];
}
