import type { Operation } from "../../catalog/operation.ts";
import type { Json, JsonObject } from "../../lib/json.ts";
import { ACCOUNT_RECIPES } from "./undo-account.ts";
import { AUDIENCE_RECIPES } from "./undo-audiences.ts";
import { CAMPAIGN_RECIPES } from "./undo-campaigns.ts";
import { CATALOG_RECIPES } from "./undo-catalogs.ts";
import { CONTENT_RECIPES } from "./undo-content.ts";
import { FLOW_RECIPES } from "./undo-flows.ts";
import { FINAL } from "./undo-final.ts";
import { OBJECT_RECIPES } from "./undo-objects.ts";
import { OMNI_RECIPES } from "./undo-omni.ts";
import { PEOPLE_RECIPES } from "./undo-people.ts";
import type { NoRecipe, Recipe } from "./undo-recipe.ts";

const RECIPES: Record<string, Recipe> = {
  ...ACCOUNT_RECIPES,
  ...AUDIENCE_RECIPES,
  ...CAMPAIGN_RECIPES,
  ...CATALOG_RECIPES,
  ...CONTENT_RECIPES,
  ...FLOW_RECIPES,
  ...OBJECT_RECIPES,
  ...OMNI_RECIPES,
  ...PEOPLE_RECIPES,
};

/** How a write is taken back, or why it cannot be. A write that stands in no table cannot: nothing is promised by default. */
export function recipeOf(operation: string): Recipe | NoRecipe {
  const recipe = Object.hasOwn(RECIPES, operation) ? RECIPES[operation] : undefined;
  if (recipe) return recipe;
  const because = Object.hasOwn(FINAL, operation) ? FINAL[operation] : undefined;
  return { undo: "none", because: because ?? "Halyard knows no way to take it back." };
}

/** How the before-image of a write reads the thing that `reader` gives, where that shows at least `further`: then it is not read twice. */
export function argsOfLook(operation: Operation, args: JsonObject, reader: string, further: JsonObject): JsonObject | undefined {
  const recipe = recipeOf(operation.id);
  const look = recipe.undo === "none" ? undefined : recipe.looks.find((one) => one.operation === reader);
  const [found] = look?.args(args, {}) ?? [];
  const holds = (shown: Json | undefined, wanted: Json): boolean =>
    [wanted].flat().every((one) => [shown ?? []].flat().some((other) => other === one));
  return found && Object.entries(further).every(([name, wanted]) => holds(found[name], wanted)) ? found : undefined;
}
