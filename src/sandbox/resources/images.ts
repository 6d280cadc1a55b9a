import type { Context } from "../engine/context.ts";
import { defineResource } from "../engine/declare.ts";
import { booleanOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export interface ImageRow extends Row {
  name: string;
  /** Last part of the address. */
  file: string;
  format: "gif" | "jpeg" | "png";
  sizeBytes: number;
  hidden?: true;
  updated: number;
}

export const images = defineCollection<ImageRow>("images", { indexes: { name: (image) => image.name } });

const URL_POINTER = "/data/attributes/import_from_url";
const FORMATS: Record<string, ImageRow["format"]> = { gif: "gif", jpg: "jpeg", jpeg: "jpeg", png: "png" };
const MAX_SIZE_BYTES = 5 * 1024 * 1024;

/** Images (behaviour.md §2.13). There is no delete: they are hidden. */
export const imageResource = defineResource<ImageRow>({
  type: "image",
  path: "/api/images",
  collection: images,
  attributes: (image, ctx) => ({
    name: image.name,
    image_url: `https://images.example/company/${ctx.accountId}/images/${image.file}`,
    format: image.format,
    size: image.sizeBytes,
    hidden: image.hidden ?? false,
    updated_at: timeText(image.updated, ctx),
  }),
  filters: {
    name: (image) => image.name,
    updated_at: (image) => image.updated,
    format: (image) => image.format,
    size: (image) => image.sizeBytes,
    hidden: (image) => image.hidden ?? false,
  },
  sorts: {
    name: (image) => image.name,
    updated_at: (image) => image.updated,
    format: (image) => image.format,
    size: (image) => image.sizeBytes,
  },
  create({ attributes }, ctx) {
    const source = textOf(attributes["import_from_url"]) ?? "";
    const given = textOf(attributes["name"]);
    const hidden = booleanOf(attributes["hidden"]) ?? false;
    const [, encoded] = /^data:image\/[\w.+-]+;base64,(.*)$/s.exec(source) ?? [];
    return encoded === undefined
      ? imageFrom(source, given, hidden, ctx)
      : uploaded(Buffer.from(encoded, "base64"), { name: given ?? "image", hidden, pointer: URL_POINTER }, ctx);
  },
  update: ({ hidden: was, ...image }, { attributes }, ctx) => {
    const hidden = booleanOf(attributes["hidden"]) ?? was ?? false;
    return { ...image, name: textOf(attributes["name"]) ?? image.name, ...(hidden && { hidden }), updated: ctx.now };
  },
});

/** The row of an uploaded file; what is no image, or too large, is refused. `pointer` is where it stands in the request. */
export function uploaded(
  bytes: Uint8Array,
  { name, hidden, pointer }: { name: string; hidden: boolean; pointer: string },
  ctx: Context,
): ImageRow {
  const source = { pointer };
  if (bytes.length > MAX_SIZE_BYTES) refuse("invalid", "The image is larger than 5 MB.", { source });
  const format =
    formatOf(Buffer.from(bytes.subarray(0, 8)).toString("latin1")) ??
    refuse("invalid", "The image must be a JPEG, PNG or GIF.", { source });
  return imageRow({ name, format, sizeBytes: bytes.length, hidden }, ctx);
}

/** The sandbox fetches nothing: the address alone says what the image is, one without an ending a JPEG, and its size is made up. */
function imageFrom(source: string, given: string | undefined, hidden: boolean, ctx: Context): ImageRow {
  const pointer = { pointer: URL_POINTER };
  const url = URL.canParse(source) ? new URL(source) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    refuse("invalid", "'import_from_url' must be a URL or a data URI of an image.", { source: pointer });
  const file = url.pathname.split("/").at(-1) ?? "";
  const [, name = file, extension = "jpg"] = /^(.*)\.(\w+)$/.exec(file) ?? [];
  const format = FORMATS[extension.toLowerCase()];
  if (!format) refuse("invalid", "The image must be a JPEG, PNG or GIF.", { source: pointer });
  return imageRow({ name: given ?? (name || "image"), format, sizeBytes: 4000 + ctx.ids.number(60_000), hidden }, ctx);
}

function imageRow(
  { name, hidden, ...rest }: { name: string; format: ImageRow["format"]; sizeBytes: number; hidden: boolean },
  ctx: Context,
): ImageRow {
  const file = `${ctx.ids.uuid()}.${rest.format}`;
  return { id: ctx.ids.digits(9), name: freeName(name, ctx), file, ...rest, ...(hidden && { hidden }), updated: ctx.now };
}

/** Observed: a second "Logo" becomes "Logo.1". */
function freeName(name: string, ctx: Context): string {
  const isTaken = (candidate: string): boolean => ctx.rows(images).count("name", candidate) > 0;
  if (!isTaken(name)) return name;
  let i = 1;
  while (isTaken(`${name}.${i}`)) i++;
  return `${name}.${i}`;
}

function formatOf(head: string): ImageRow["format"] | undefined {
  if (head.startsWith("\u0089PNG")) return "png";
  if (head.startsWith("GIF8")) return "gif";
  return head.startsWith("\u00FF\u00D8\u00FF") ? "jpeg" : undefined;
}
