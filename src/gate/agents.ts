import { createHash } from "node:crypto";
import { HalyardError } from "../lib/errors.ts";
import type { RandomBytes } from "../lib/ids.ts";
import { isSameText } from "../lib/same-text.ts";
import { Secret } from "../lib/secret.ts";
import { nearest } from "../lib/text.ts";
import type { AgentRow } from "../store/tables/agents.ts";
import { OWNER, type Caller, type Door, type GateParts } from "./call.ts";
import { voidLive } from "./approvals/approval-life.ts";
import type { Connections } from "./connections.ts";
import { interruptedBy, type Interrupted } from "./under-way.ts";

export interface Agents {
  /** Makes an agent; its token is in the answer and nowhere else. */
  add(input: { name: string; connection: string }): Promise<{ agent: AgentRow; token: Secret }>;
  list(): Promise<AgentRow[]>;
  /** At once, as {@link Connections.revoke} does, for this agent alone. */
  revoke(name: string, by: string): Promise<AgentRow & Interrupted>;
  /** Lets an agent's writes go on that were paused. */
  resume(name: string, by: string): Promise<AgentRow>;
  /** Who a token belongs to. Unknown and revoked tokens are the same `unauthenticated`. */
  byToken(token: string, door: Door): Promise<Caller>;
  /** The owner at the command line, on the named connection, or the only one. */
  owner(connection: string | undefined): Promise<Caller>;
}

/** `hal_` and 43 characters of base64url: 256 random bits, told apart from a Klaviyo key at a glance. */
const TOKEN = /^hal_[A-Za-z0-9_-]{43}$/;

/** Not every call needs to write down that the agent was there. */
const TOUCH_EVERY_MS = 60_000;

export function createAgents(parts: GateParts, connections: Connections, random: RandomBytes): Agents {
  const { store, clock, newId } = parts;

  async function mustFindAgent(name: string): Promise<AgentRow> {
    const agent = await store.agents.byName(name);
    if (agent) return agent;
    const names = (await store.agents.list()).map((row) => row.name);
    const [near] = nearest(name, names, 1);
    throw new HalyardError("not_found", "There is no agent of that name.", {
      hint: near === undefined ? "halyard agents lists them." : `Did you mean ${near}?`,
    });
  }

  return {
    async add({ name, connection: connectionName }) {
      if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(name) || name === OWNER) {
        throw new HalyardError(
          "usage",
          "An agent's name is made of lower-case letters, digits and hyphens, at most 40, and is not owner.",
          { hint: "For example: claude, cursor-anna." },
        );
      }
      const connection = await connections.find(connectionName);
      if (connection.status !== "active")
        throw new HalyardError("connection_revoked", `The connection ${connection.name} has been revoked.`);
      if (await store.agents.byName(name))
        throw new HalyardError("conflict", `There is an agent ${name} already.`, {
          hint: "Choose another name; names of revoked agents stay taken, so that the record stays clear.",
        });
      const token = new Secret(`hal_${Buffer.from(random(32)).toString("base64url")}`);
      const at = clock.now();
      const agent: AgentRow = {
        id: newId("agent"),
        name,
        token_hash: hashOf(token.reveal()),
        connection_id: connection.id,
        created_at: at,
        last_used_at: null,
        revoked_at: null,
        paused_at: null,
        pause_reason: null,
        resumed_at: null,
      };
      await store.transaction(async (tables) => {
        await tables.agents.insert(agent);
        await tables.audit.append({ at, event: "agent.added", agent_id: agent.id, connection_id: connection.id, fields: { name } });
      });
      return { agent, token };
    },
    list: () => store.agents.list(),
    async revoke(name, by) {
      const agent = await mustFindAgent(name);
      const at = clock.now();
      const interrupted = await store.transaction(async (tables) => {
        if (!(await tables.agents.revoke(agent.id, at))) return undefined;
        // What was permitted already asks once more, and finds the agent revoked.
        await tables.connections.advanceEpoch(agent.connection_id);
        await voidLive(parts, tables, { agent_id: agent.id }, by, "the agent was revoked");
        const found = await interruptedBy(tables, agent.connection_id, agent.id);
        await tables.audit.append({
          at,
          event: "agent.revoked",
          agent_id: agent.id,
          connection_id: agent.connection_id,
          fields: { name, by, under_way: found.under_way.map(({ call_id }) => call_id), held_back: found.held_back },
        });
        return found;
      });
      if (!interrupted) throw new HalyardError("conflict", `The agent ${name} was revoked already.`);
      return { ...agent, revoked_at: at, ...interrupted };
    },
    async resume(name, by) {
      const agent = await mustFindAgent(name);
      const at = clock.now();
      const first = await store.transaction(async (tables) => {
        if (!(await tables.agents.resume(agent.id, at))) return false;
        const whose = { agent_id: agent.id, connection_id: agent.connection_id };
        await tables.audit.append({ ...whose, at, event: "agent.resumed", fields: { name, by } });
        return true;
      });
      if (!first) throw new HalyardError("conflict", `The agent ${name} is not paused.`);
      return { ...agent, paused_at: null, pause_reason: null, resumed_at: at };
    },
    async byToken(token, door) {
      // Found by its hash, of which a guesser knows nothing, and compared whole: the time it takes says nothing of either.
      const hash = hashOf(token);
      const agent = TOKEN.test(token) ? await store.agents.byTokenHash(hash) : undefined;
      if (!isSameText(agent?.token_hash ?? "", hash) || !agent || agent.revoked_at !== null) {
        throw new HalyardError("unauthenticated", "This agent's token is not valid.", {
          hint: "The owner can make a new one with halyard agents add.",
        });
      }
      const now = clock.now();
      if (now - (agent.last_used_at ?? 0) > TOUCH_EVERY_MS) await store.agents.touch(agent.id, now);
      return { door, agentId: agent.id, agentName: agent.name, connectionId: agent.connection_id };
    },
    async owner(connectionName) {
      const active = (await connections.list()).filter(({ status }) => status === "active");
      const connection = connectionName === undefined ? active[0] : await connections.find(connectionName);
      if (!connection) throw new HalyardError("not_found", "There is no connection yet.", { hint: "Make one with halyard connect." });
      if (connectionName === undefined && active.length > 1) {
        throw new HalyardError("usage", "There are several connections.", {
          hint: `Choose one with --connection: ${active.map(({ name }) => name).join(", ")}.`,
        });
      }
      return { door: "cli", agentId: OWNER, agentName: OWNER, connectionId: connection.id };
    },
  };
}

function hashOf(token: string): string {
  return createHash("sha256").update(token).digest("hex");
}
