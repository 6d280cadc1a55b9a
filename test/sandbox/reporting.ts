import type { JsonObject } from "../../src/lib/json.ts";
import { recordEvent, type NewEvent } from "../../src/sandbox/resources/event-log.ts";
import { HOUR, NOW, openCampaigning, type Campaigning } from "./campaigning.ts";
import type { Called } from "./open.ts";

export const DAY = 24 * HOUR;

export interface Row {
  [member: string]: JsonObject;
  groupings: JsonObject;
  statistics: JsonObject;
}

export interface Reporting extends Campaigning {
  /** People p0, p1, …: their profile ids. */
  people: string[];
  /** Id of "Placed Order". */
  orders: string;
  happen(...happened: Happened[]): Promise<void>;
  ask(type: string, attributes: JsonObject, query?: string): Promise<Called>;
  /** Rows of a report that must be answered. */
  rows(type: string, attributes: JsonObject): Promise<Row[]>;
}

/** Metric, number of the person, hours before {@link NOW}, and what else there is to tell. */
export type Happened = [metric: string, person: number, hoursAgo: number, more?: Partial<NewEvent>];

export async function openReporting(): Promise<Reporting> {
  const account = await openCampaigning();
  const people: string[] = [];
  for (let i = 0; i < 6; i++) people.push(await account.person({ email: `p${i}@example.com` }));
  let made = 0;
  const happen = (...happened: Happened[]): Promise<void> =>
    account.within((ctx) => {
      for (const [metric, person, hoursAgo, more] of happened) {
        const service = metric === "Placed Order" ? "api" : "klaviyo";
        const event = { metric, service, profileId: people[person] ?? "", at: NOW - hoursAgo * HOUR, uniqueId: `e${made++}` } as const;
        recordEvent(ctx, { ...event, ...more });
      }
    });
  await happen(["Placed Order", 5, 1]);
  const answer = await account.call("GET /api/metrics");
  const metrics = answer.body["data"] as { id: string; attributes: { name: string } }[];
  const orders = metrics.find(({ attributes }) => attributes.name === "Placed Order")?.id ?? "";
  const ask = (type: string, attributes: JsonObject, query = ""): Promise<Called> => {
    const conversion = /^(campaign|flow)/.test(type) ? { conversion_metric_id: orders } : {};
    return account.call(`POST /api/${type}s${query}`, { data: { type, attributes: { ...conversion, ...attributes } } });
  };
  return {
    ...account,
    people,
    orders,
    happen,
    ask,
    async rows(type, attributes) {
      const { status, text, body } = await ask(type, attributes);
      if (status !== 200) throw new Error(text);
      return (body["data"] as { attributes: { results: Row[] } }).attributes.results;
    },
  };
}
