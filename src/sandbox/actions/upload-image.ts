import { defineAction } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { images, uploaded } from "../resources/images.ts";

/** Multipart: fields are texts. */
export const uploadImage = defineAction("upload_image_from_file", (request, ctx) => {
  const file = request.files["file"] ?? refuse("invalid", "A file is required.", { source: { pointer: "/file" } });
  const fields = objectOf(request.body);
  const name = textOf(fields["name"]) ?? file.name.replace(/\.\w+$/, "");
  const hidden = textOf(fields["hidden"]) ?? "false";
  if (hidden !== "true" && hidden !== "false") refuse("invalid", "'hidden' must be true or false.", { source: { pointer: "/hidden" } });
  const row = uploaded(file.bytes, { name, hidden: hidden === "true", pointer: "/file" }, ctx);
  return ctx.reply.item(request, "image", ctx.rows(images).put(row));
});
