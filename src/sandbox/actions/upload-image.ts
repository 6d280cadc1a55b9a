import { defineAction } from "../engine/declare.ts";
import { objectOf, textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { images, uploaded } from "../resources/images.ts";

/** Multipart: fields are texts. */
export const uploadImage = defineAction("upload_image_from_file", (request, ctx) => {
  const file = request.files["file"] ?? refuse("invalid", "A file is required.", { source: { pointer: "/file" } });
  const fields = objectOf(request.body);
  const name = textOf(fields["name"]) ?? file.name.replace(/\.\w+$/, "");
  return ctx.reply.item(request, "image", ctx.rows(images).put(uploaded(file.bytes, name, textOf(fields["hidden"]) === "true", ctx)));
});
