import { actionIndex, CHOOSER, resolveAction } from "./catalog/actions.ts";
import { loadCatalog } from "./catalog/catalog.ts";
import { searchActions } from "./catalog/search.ts";
import { definition, inputSchema } from "./catalog/validation.ts";
import type { Reference } from "./cli/parts.ts";
import { classOf } from "./gate/class.ts";
import { outlook } from "./policy/outlook.ts";
import { RISK_NAMES } from "./policy/presets.ts";

/** What the commands know without opening anything. */
export function loadReference(): Reference {
  return {
    catalog: loadCatalog(),
    actionIndex,
    resolveAction,
    CHOOSER,
    searchActions,
    inputSchema,
    definition,
    outlook,
    RISK_NAMES,
    classOf,
  };
}
