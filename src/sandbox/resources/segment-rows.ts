import type { JsonObject } from "../../lib/json.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export interface SegmentRow extends Row {
  name: string;
  /** `{condition_groups: [{conditions: […]}]}` as in the API. */
  definition: JsonObject;
  created: number;
  updated: number;
  starred?: true;
  inactive?: true;
  /** When the members began to be worked out anew; absent when that is done. */
  processing?: number;
  /** While processing: the definition whose members still count. A new segment has none. */
  before?: JsonObject;
}

export const segments = defineCollection<SegmentRow>("segments", { indexes: { name: (segment) => segment.name } });
