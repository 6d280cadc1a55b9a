import { isJsonObject, type Json } from "../../lib/json.ts";

/**
 * What can go wrong on the way. `…_before`: the request is not carried out. `…_after`: it is, and only the answer suffers, which is how a
 * caller comes not to know the outcome.
 */
export const FAULT_KINDS = [
  /** Waits `ms`, then answers. */
  "latency",
  /** Answers `status` (503 unless given), nothing done. */
  "error_before",
  /** Answers `status` (500 unless given) although it was done. */
  "error_after",
  /** Cuts the connection, nothing done. */
  "drop_before",
  /** Cuts the connection although it was done. */
  "drop_after",
  /** Sends half of the body and cuts. */
  "torn_body",
  /** Sends the body in pieces over `ms`. */
  "slow_body",
  /** 429 with `retry_after` seconds (1 unless given), nothing done. */
  "rate_limit",
  /** Right status and headers, a body that is not JSON. */
  "malformed_body",
  /** A page of HTML with `status` (502 unless given), as proxies send it, nothing done. */
  "html_error",
  /** 302 to `location`, nothing done. */
  "redirect",
  /** Pads the answer by `size_bytes` (20 MB unless given). */
  "oversized_body",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  match: { method?: string; path?: string; operation?: string };
  /** How often; without it, until taken away. */
  times?: number;
  fault: FaultKind;
  ms?: number;
  status?: number;
  retry_after?: number;
  location?: string;
  size_bytes?: number;
}

export interface Faults {
  set(faults: readonly Fault[]): void;
  list(): Fault[];
  clear(): void;
  /** The first that matches, counted as used. */
  take(request: { method: string; path: string; operation: string | undefined }): Fault | undefined;
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
    take({ method, path, operation }) {
      const found = faults.find(
        ({ match, times }) =>
          times !== 0 &&
          (match.method ?? method) === method &&
          (match.operation ?? operation) === operation &&
          (match.path === undefined || path === match.path || (match.path.endsWith("*") && path.startsWith(match.path.slice(0, -1)))),
      );
      if (found?.times !== undefined) found.times--;
      return found;
    },
  };
}

/** Reads the list that `POST /_sandbox/faults` takes; undefined when it is not one. */
export function parseFaults(value: Json | undefined): Fault[] | undefined {
  const list = Array.isArray(value) ? value : [value];
  const faults = list.flatMap((each) => parseFault(each) ?? []);
  return faults.length === list.length ? faults : undefined;
}

function parseFault(value: Json | undefined): Fault | undefined {
  if (!isJsonObject(value)) return undefined;
  const kind = FAULT_KINDS.find((each) => each === value["fault"]);
  const match = value["match"] ?? {};
  const numbers = ["times", "ms", "status", "retry_after", "size_bytes"].filter((name) => value[name] !== undefined);
  const isNumeric = numbers.every((name) => Number.isSafeInteger(value[name]) && Number(value[name]) >= 0);
  if (!kind || !isJsonObject(match) || !isNumeric) return undefined;
  const texts = (from: typeof value, names: string[]) =>
    Object.fromEntries(names.flatMap((name) => (typeof from[name] === "string" ? [[name, from[name]]] : [])));
  return {
    match: texts(match, ["method", "path", "operation"]),
    fault: kind,
    ...Object.fromEntries(numbers.map((name) => [name, Number(value[name])])),
    ...texts(value, ["location"]),
  };
}
