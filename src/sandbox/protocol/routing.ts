import type { Operation } from "../../catalog/operation.ts";

export interface Route {
  /** The operation for this method, undefined when the path knows others only. */
  operation: Operation | undefined;
  params: Record<string, string>;
  /** Value of the `allow` header. */
  allow: string;
  /** Whether only the beta documents have it, while the revision asked for stable. */
  betaOnly: boolean;
}

interface Node {
  fixed: Map<string, Node>;
  place: Node | undefined;
  /** `GET stable` → operation. */
  operations: Map<string, Operation>;
}

export type Router = (method: string, path: string, isBeta: boolean) => Route | undefined;

/** Finds operations by method and path. Twelve paths are in both channels: the revision decides (behaviour.md §5.27). */
export function createRouter(operations: readonly Operation[]): Router {
  const root = newNode();
  for (const operation of operations) {
    let node = root;
    for (const segment of operation.path.split("/").slice(1)) node = childOf(node, segment);
    node.operations.set(`${operation.method} ${operation.channel}`, operation);
  }
  return (method, path, isBeta) => {
    const values: string[] = [];
    const node = walk(root, path.replace(/\/$/, "").split("/").slice(1), 0, values);
    if (!node || node.operations.size === 0) return undefined;
    const wanted = method === "HEAD" ? "GET" : method;
    const [stable, beta] = [node.operations.get(`${wanted} stable`), node.operations.get(`${wanted} beta`)];
    const operation = (isBeta ? beta : undefined) ?? stable ?? beta;
    const names = [...((operation ?? [...node.operations.values()][0])?.path.matchAll(/\{(\w+)\}/g) ?? [])].map(([, name = ""]) => name);
    const params = Object.fromEntries(names.map((name, i) => [name, values[i] ?? ""]));
    return { operation, params, allow: allowOf(node, path), betaOnly: operation?.channel === "beta" && !isBeta };
  };
}

function newNode(): Node {
  return { fixed: new Map(), place: undefined, operations: new Map() };
}

function childOf(node: Node, segment: string): Node {
  if (segment.startsWith("{")) return (node.place ??= newNode());
  const child = node.fixed.get(segment) ?? newNode();
  node.fixed.set(segment, child);
  return child;
}

function walk(node: Node, segments: string[], at: number, values: string[]): Node | undefined {
  const segment = segments[at];
  if (segment === undefined) return node;
  const fixed = node.fixed.get(segment);
  if (fixed) return walk(fixed, segments, at + 1, values);
  const value = segment === "" ? undefined : decode(segment);
  if (!node.place || value === undefined) return undefined;
  values.push(value);
  return walk(node.place, segments, at + 1, values);
}

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** Observed for the first three forms (behaviour.md §1.6): fixed by the form of the path, whatever the resource offers. */
function allowOf(node: Node, path: string): string {
  const methods = new Set([...node.operations.keys()].map((key) => key.split(" ")[0]));
  if (path.includes("/relationships/")) return [...methods, ...(methods.has("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  if (!methods.has("GET")) return [...methods, "OPTIONS"].join(", ");
  const depth = path.replace(/\/$/, "").split("/").length;
  if (depth <= 3) return "GET, POST, HEAD, OPTIONS";
  return depth === 4 ? "GET, PUT, PATCH, DELETE, HEAD, OPTIONS" : "GET, HEAD, OPTIONS";
}
