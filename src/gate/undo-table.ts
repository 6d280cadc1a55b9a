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
