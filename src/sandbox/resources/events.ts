import { isoSeconds } from "../../lib/clock.ts";
import { defineResource, toManyIds, toOne } from "../engine/declare.ts";
import { storeEvents } from "./event-intake.ts";
import { flowArrivals } from "../flows/arrivals.ts";
import { eventUuid } from "./event-identity.ts";
import { eventProperties, events, eventSecond, type EventRow } from "./event-rows.ts";
import { metrics } from "./metric-rows.ts";
import { profiles } from "./profile-rows.ts";
import { webhooks } from "./webhook-rows.ts";

/** Events (behaviour.md §2.9): newest first. They come in through `actions/create-events.ts`, about a second before they are there. */
export const eventResource = defineResource<EventRow>({
  type: "event",
  path: "/api/events",
  collection: events,
  // Each new event asks them whether it is wanted.
  collections: [webhooks, ...flowArrivals],
  attributes: (event) => ({
    timestamp: event.at / 1000,
    event_properties: eventProperties(event),
    datetime: isoSeconds(event.at),
    uuid: eventUuid(event),
  }),
  filters: {
    metric_id: (event) => event.metric,
    profile_id: (event) => event.profile,
    profile: (event, ctx) => ctx.rows(profiles).has(event.profile) || undefined,
    metric: (event, ctx) => ctx.rows(metrics).has(event.metric) || undefined,
    datetime: (event) => event.at,
    timestamp: (event) => event.at / 1000,
  },
  sorts: { datetime: eventSecond, timestamp: eventSecond },
  defaultSort: "-timestamp",
  relationships: {
    profile: toOne("profile", (event) => event.profile),
    metric: toOne("metric", (event) => event.metric),
    // Never by this: the reads of events put in what `attributed` says, and nothing where it is not asked for (observed).
    attributions: toManyIds<EventRow>("attribution", () => []),
  },
  tasks: { store_events: storeEvents },
});
