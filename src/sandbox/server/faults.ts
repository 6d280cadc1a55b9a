/**
 * What can go wrong on the way, and whether the request is carried out all the same: `never`, `once` (only the answer suffers, which is how
 * a caller comes not to know the outcome), `later` or `twice`.
 */
export const FAULT_KINDS = {
  /** Waits `ms`, then answers. */
  latency: "once",
  /** Answers `status` (503 unless given). */
  error_before: "never",
  /** Answers `status` (500 unless given). */
  error_after: "once",
  /** Cuts the connection. */
  drop_before: "never",
  drop_after: "once",
  /** Answers `status` (503 unless given; 0 cuts the connection), and carries the request out `ms` later by the sandbox clock. */
  late_effect: "later",
  /** Delivers the request a second time, as a proxy that retries does, and gives the second answer. */
  duplicate_delivery: "twice",
  /** Sends half of the body and cuts. */
  torn_body: "once",
  /** Sends the body in pieces over `ms`. */
  slow_body: "once",
  /** 429 with `retry_after`: seconds (1 unless given), any text, or null for no such header. */
  rate_limit: "never",
  /** Right status and headers, a body that is not JSON. */
  malformed_body: "once",
  /** A page of HTML with `status` (502 unless given), as proxies send it. */
  html_error: "never",
  /** 302 to `location`. */
  redirect: "never",
  /** Pads the answer by `size_bytes` (20 MB unless given). */
  oversized_body: "once",
  /** Carried out and answered by a clock that is `ms` ahead, or behind where negative: times of rows and the `date` header. */
  clock_skew: "once",
  /** Answers as if the key had been revoked. */
  revoked_key: "never",
  /** Answers as if the key had not the scope. */
  missing_scope: "never",
  /** Answers as if the revision were no longer served. */
  retired_revision: "never",
} as const satisfies Record<string, "never" | "once" | "later" | "twice">;
export type FaultKind = keyof typeof FAULT_KINDS;

export interface Fault {
  /** All that is given must hold. `path` may end with `*`; `key` is the key's name. */
  match?: { method?: string | undefined; path?: string | undefined; operation?: string | undefined; key?: string | undefined } | undefined;
  /** Lets so many pass first. */
  skip?: number | undefined;
  /** How often; without it, until taken away. */
  times?: number | undefined;
  fault: FaultKind;
  ms?: number | undefined;
  status?: number | undefined;
  retry_after?: number | string | null | undefined;
  location?: string | undefined;
  size_bytes?: number | undefined;
}

export interface Faults {
  set(faults: readonly Fault[]): void;
  list(): Fault[];
  clear(): void;
  /** The first that matches and is not let pass, counted as used. */
  take(request: { method: string; path: string; operation: string | undefined; key: string | undefined }): Fault | undefined;
}

export function createFaults(): Faults {
  let faults: Fault[] = [];
  return {
    set(next) {
      faults = next.map((fault) => ({ ...fault }));
    },
    list: () => faults.map((fault) => ({ ...fault })),
    clear() {
      faults = [];
    },
    take({ method, path, operation, key }) {
      const matching = faults.filter(
        ({ match = {}, times }) =>
          times !== 0 &&
          (match.method ?? method) === method &&
          (match.operation ?? operation) === operation &&
          (match.key ?? key) === key &&
          (match.path === undefined || path === match.path || (match.path.endsWith("*") && path.startsWith(match.path.slice(0, -1)))),
      );
      for (const fault of matching) {
        if (!fault.skip) {
          if (fault.times !== undefined) fault.times--;
          return fault;
        }
        fault.skip--;
      }
      return undefined;
    },
  };
}
