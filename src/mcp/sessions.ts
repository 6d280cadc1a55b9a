import type { Caller } from "../gate/call.ts";
import type { Clock } from "../lib/clock.ts";

/** A connection of a client that speaks a protocol of 2025; newer ones have none. */
interface Session<T> {
  transport: T;
  agentId: string;
  connectionId: string;
  usedAtMs: number;
}

export interface SessionLimits {
  /** Sessions of all agents; the one unused for longest makes room. */
  max: number;
  /** Sessions of one agent, so that it cannot push out the others'. */
  maxPerAgent: number;
  idleMs: number;
}

export const SESSION_LIMITS: SessionLimits = { max: 200, maxPerAgent: 50, idleMs: 30 * 60_000 };

/** Sessions by their random ids. Each belongs to the agent that opened it; for anyone else it does not exist. */
export class Sessions<T extends { close(): Promise<void> }> {
  readonly #sessions = new Map<string, Session<T>>();
  readonly #clock: Clock;
  readonly #limits: SessionLimits;

  constructor(clock: Clock, limits: SessionLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get size(): number {
    return this.#sessions.size;
  }

  add(id: string, transport: T, { agentId, connectionId }: Caller): void {
    this.#closeIdle();
    const own = [...this.#sessions].filter(([, session]) => session.agentId === agentId);
    if (own.length >= this.#limits.maxPerAgent) this.#closeOldest(own);
    else if (this.#sessions.size >= this.#limits.max) this.#closeOldest([...this.#sessions]);
    this.#sessions.set(id, { transport, agentId, connectionId, usedAtMs: this.#clock.now() });
  }

  /** The transport of a session, and a mark that it was used. Undefined for an unknown id and for another agent's. */
  use(id: string, { agentId, connectionId }: Caller): T | undefined {
    this.#closeIdle();
    const session = this.#sessions.get(id);
    if (!session || session.agentId !== agentId || session.connectionId !== connectionId) return undefined;
    session.usedAtMs = this.#clock.now();
    return session.transport;
  }

  remove(id: string): void {
    this.#sessions.delete(id);
  }

  async closeAll(): Promise<void> {
    const transports = [...this.#sessions.values()].map(({ transport }) => transport);
    this.#sessions.clear();
    await Promise.all(transports.map((transport) => transport.close()));
  }

  #closeIdle(): void {
    const since = this.#clock.now() - this.#limits.idleMs;
    for (const [id, { usedAtMs }] of this.#sessions) if (usedAtMs <= since) this.#close(id);
  }

  #closeOldest(sessions: [id: string, session: Session<T>][]): void {
    const [oldest] = sessions.toSorted(([, a], [, b]) => a.usedAtMs - b.usedAtMs);
    if (oldest) this.#close(oldest[0]);
  }

  #close(id: string): void {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    void session?.transport.close();
  }
}
