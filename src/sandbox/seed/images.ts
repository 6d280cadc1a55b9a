import type { Context } from "../engine/context.ts";
import { images } from "../resources/images.ts";
import { DAY_MS } from "./calendar.ts";
import { PRODUCTS } from "./products.ts";
import type { Random } from "./random.ts";

/** Names of pictures that letters use, with the kind of file that each is. */
const PICTURES = [
  ["Logo", "png"],
  ["Logo, white", "png"],
  ["Quay at dawn", "jpeg"],
  ["Roaster, back room", "jpeg"],
  ["Old ferry road in October", "jpeg"],
  ["Winter shelf", "jpeg"],
  ["Cold brew in the cooler", "jpeg"],
  ["Ines and Tobias", "jpeg"],
  ["Gift boxes, stacked", "jpeg"],
  ["Kettle, steaming", "gif"],
  ["Harbour fair banner", "png"],
] as const;

/** The image library: pictures for letters, and one of each product. */
export function seedImages(ctx: Context, random: Random, openedMs: number): void {
  const rows = ctx.rows(images);
  const put = (name: string, file: string, format: "gif" | "jpeg" | "png", index: number): void => {
    const sizeBytes = random.seek(index).between(18_000, 640_000);
    const updated = openedMs + (3 + index) * DAY_MS + random.below(DAY_MS / 1000) * 1000;
    // The fair is over, and the banner of no more use.
    const hidden = name === "Harbour fair banner" && { hidden: true as const };
    rows.put({ id: ctx.ids.digits(9), name, file: `${file}.${format}`, format, sizeBytes, ...hidden, updated });
  };
  PICTURES.forEach(([name, format], index) => put(name, ctx.ids.uuid(), format, index));
  PRODUCTS.forEach(({ name }, index) => put(name, ctx.ids.uuid(), "jpeg", PICTURES.length + index));
}
