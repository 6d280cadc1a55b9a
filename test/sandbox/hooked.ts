import { createHmac } from "node:crypto";
import type { JsonObject } from "../../src/lib/json.ts";
import { createLoopback, type Loopback, type Seen } from "../loopback.ts";
import type { Called, Opened } from "./open.ts";
import { idOf } from "./people.ts";

export const SECRET = "0123456789abcdef";
export const SENT_SMS = "event:klaviyo.sent_sms";

/** An endpoint that answers with these statuses in turn, the last one for good. */
export function endpoint(...statuses: number[]): Promise<Loopback> {
  return createLoopback((response, _, nth) => {
    response.writeHead(statuses[nth - 1] ?? statuses.at(-1) ?? 200, { location: "/elsewhere" }).end("ok");
  });
}

/** Short ways to the webhooks of an account. */
export function hooks({ call, control }: Opened) {
  const create = (url: string, topics: string[], more: JsonObject = {}): Promise<Called> =>
    call("POST /api/webhooks", {
      data: {
        type: "webhook",
        attributes: { name: "Hook", endpoint_url: url, secret_key: SECRET, ...more },
        relationships: { "webhook-topics": { data: topics.map((id) => ({ type: "webhook-topic", id })) } },
      },
    });
  return {
    create,
    to: async (url: string, topics: string[] = ["event:api.ordered"]): Promise<string> => idOf(await create(url, topics)),
    patch: (id: string, attributes: JsonObject) => call(`PATCH /api/webhooks/${id}`, { data: { type: "webhook", id, attributes } }),
    /** Records an event and waits until it is stored and what it causes has been delivered. */
    async happens(metric: string, email = "ada@example.com") {
      const named = { metric: { data: { type: "metric", attributes: { name: metric } } } };
      const profile = { data: { type: "profile", attributes: { email } } };
      await call("POST /api/events", { data: { type: "event", attributes: { properties: { size: 7 }, profile, ...named } } });
      control.advance(1000);
      return control.deliveries();
    },
    /** Moves the clock and waits for what that causes. */
    async later(byMs: number) {
      control.advance(byMs);
      return control.deliveries();
    },
  };
}

export type Hooks = ReturnType<typeof hooks>;

/** What a receiver would compute over what it got. */
export function signatureOf({ body, headers }: Seen, secret = SECRET): string {
  return createHmac("sha256", secret).update(Buffer.from(body, "latin1")).update(String(headers["klaviyo-timestamp"])).digest("hex");
}

/** The body of a delivery. */
export function bodyOf({ body }: Seen): {
  data: { external_id: string; topic: string; payload: { data: JsonObject } }[];
  meta: Record<string, string>;
} {
  return JSON.parse(Buffer.from(body, "latin1").toString("utf8")) as ReturnType<typeof bodyOf>;
}
