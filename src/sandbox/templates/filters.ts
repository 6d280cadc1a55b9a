import type { Filter } from "./filter.ts";
import { DATE_FILTERS } from "./filters-date.ts";
import { LIST_FILTERS } from "./filters-list.ts";
import { NUMBER_FILTERS } from "./filters-number.ts";
import { TEXT_FILTERS } from "./filters-text.ts";

/** Every filter by name; any other is a failure. */
export const FILTERS: Readonly<Record<string, Filter>> = { ...NUMBER_FILTERS, ...TEXT_FILTERS, ...LIST_FILTERS, ...DATE_FILTERS };
