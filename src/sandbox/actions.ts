import type { Action } from "./engine/declare.ts";

/** Every operation that is more than a plain read or write of a resource, one line each. */
export const actions: readonly Action[] = [];
