import type { Mutator } from "./mutator.ts";
import { APPROVAL_MUTATORS } from "./mutators/approvals.ts";
import { ARGUMENT_MUTATORS } from "./mutators/arguments.ts";
import { BYTE_MUTATORS } from "./mutators/bytes.ts";
import { NAME_MUTATORS } from "./mutators/names.ts";

/** Every way to misuse a write that is tried on all of them. The one that runs what it acts on comes last. */
export const MUTATORS: readonly Mutator[] = [...ARGUMENT_MUTATORS, ...BYTE_MUTATORS, ...NAME_MUTATORS, ...APPROVAL_MUTATORS];
