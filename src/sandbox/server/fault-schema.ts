import { z } from "zod";
import { FAULT_KINDS, type Fault, type FaultKind } from "./faults.ts";

const count = z.int().min(0);
const text = z.string().optional();

/** What `POST /_sandbox/faults` takes, one or a list. A misspelt member would be a fault that never happens, so it is refused. */
const fault: z.ZodType<Fault> = z.strictObject({
  match: z.strictObject({ method: text, path: text, operation: text, key: text }).optional(),
  skip: count.optional(),
  times: count.optional(),
  fault: z.enum(Object.keys(FAULT_KINDS) as FaultKind[]),
  ms: z.int().optional(),
  status: z.int().min(0).max(599).optional(),
  retry_after: z.union([z.int(), z.string(), z.null()]).optional(),
  location: text,
  size_bytes: count.max(200_000_000).optional(),
});

export const faultList = z.preprocess((given) => [given].flat(), z.array(fault));
