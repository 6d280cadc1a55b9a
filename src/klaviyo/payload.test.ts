import { describe, expect, it } from "vitest";
import { loadCatalog, mustFind } from "../catalog/catalog.ts";
import { buildRequest } from "../catalog/request.ts";
import { payloadOf } from "./payload.ts";

const catalog = loadCatalog();
const fills = { account_id: "Abc123" };
const createList = mustFind(catalog, "create_list");
const upload = mustFind(catalog, "upload_image_from_file");
const PNG = Buffer.from("89504e470d0a1a0a0000000d", "hex");

const uploadOf = (file: string) => ({
  operation: upload.id,
  revision: upload.revision,
  method: upload.method,
  path: upload.path,
  query: [],
  body: { name: "Spring", hidden: true, note: null },
  files: { file },
});

describe("payloadOf", () => {
  it("writes JSON in its canonical form", async () => {
    const payload = await payloadOf(createList, buildRequest(createList, { name: "VIP" }, fills));
    expect(payload?.contentType).toBe("application/vnd.api+json");
    expect(Buffer.from(payload?.bytes ?? []).toString()).toBe('{"data":{"attributes":{"name":"VIP"},"type":"list"}}');
  });

  it("has nothing for an operation without a body", async () => {
    const getList = mustFind(catalog, "get_list");
    expect(await payloadOf(getList, buildRequest(getList, { id: "a" }, fills))).toBeNull();
  });

  it("sends files as multipart with a name, a type and the bytes", async () => {
    const payload = await payloadOf(upload, uploadOf(PNG.toString("base64")));
    const form = await new Response(Buffer.from(payload?.bytes ?? []), {
      headers: { "content-type": payload?.contentType ?? "" },
    }).formData();
    expect([...form.keys()]).toEqual(["name", "hidden", "file"]);
    expect([form.get("name"), form.get("hidden")]).toEqual(["Spring", "true"]);
    const file = form.get("file");
    if (!(file instanceof File)) throw new Error("no file");
    expect([file.name, file.type, Buffer.from(await file.arrayBuffer())]).toEqual(["file.png", "image/png", PNG]);
  });

  it.each(["", "not base64!", "iVBORw0KGgo", "iVBO Rw0K"])("refuses a file that is %j", async (file) => {
    await expect(payloadOf(upload, uploadOf(file))).rejects.toMatchObject({ code: "invalid_arguments", violations: [{ path: "/file" }] });
  });

  it("refuses more than Klaviyo takes, before it is sent", async () => {
    const request = buildRequest(createList, { name: "x".repeat(100) }, fills);
    await expect(payloadOf(createList, { ...request, body: { data: "x".repeat(5 * 1024 * 1024) } })).rejects.toMatchObject({
      code: "too_large",
    });
  });
});
