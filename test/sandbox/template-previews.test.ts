import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { previews, type PreviewRow } from "../../src/sandbox/resources/template-previews.ts";
import { openCampaigning, type Campaigning } from "./campaigning.ts";
import { errorOf, schemaViolations, type Called } from "./open.ts";
import { attributesOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

const spec = { as: "documented", from: "openapi/beta-2026-07-15.pre.json TemplatePreviewSendJobCreateQuery" } as const;
const assumed = { as: "assumed", from: "openapi/beta-2026-07-15.pre.json PostTemplatePreviewSendJobResponse" } as const;

let account: Campaigning;
beforeEach(async () => {
  account = await openCampaigning();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const preview = (template: string, attributes: JsonObject, profile?: string): Promise<Called> => {
  const related = profile === undefined ? {} : { profile: { data: { type: "profile", id: profile } } };
  const relationships = { template: { data: { type: "template", id: template } }, ...related };
  const data = { type: "template-preview-send-job", attributes, relationships };
  return account.call("POST /api/template-preview-send-jobs", { data }, { revision: "2026-07-15.pre" });
};
const sent = async (): Promise<PreviewRow[]> => {
  const rows: PreviewRow[] = [];
  await account.within((ctx) => void rows.push(...ctx.rows(previews).all()));
  return rows;
};
const pointerOf = (answer: Called): unknown => [answer.status, errorOf(answer).source["pointer"]];
const HELLO = "<p>Hello {{ first_name }} of {{ person.organization }}</p>";
const TO = { recipients: ["owner@shop.example", "two@shop.example"] };

describe("a test mail", () => {
  behaviour("is queued, and there for every recipient once the job is done", spec, async () => {
    const answer = await preview(await account.template(HELLO), { ...TO, context: { first_name: "Cy" } });
    expect([answer.status, schemaViolations("create_template_preview_send_job_beta", answer)]).toEqual([202, []]);
    expect(attributesOf(answer)).toMatchObject({ status: "queued" });
    expect(await sent()).toEqual([]);
    account.control.advance(3000);
    const mails = await sent();
    expect(mails.map(({ to }) => to).toSorted()).toEqual(TO.recipients);
    expect(mails[0]).toMatchObject({ subject: "T", html: expect.stringContaining("Hello Cy of Sample Ltd") });
    expect(account.control.state().counts).toMatchObject({ template_preview_jobs: 1, events: 0 });
  });

  behaviour("shows the profile that is named, and what the context says on top", spec, async () => {
    const page = await account.template(
      "<p>{{ first_name }} {{ person.last_name }} {{ person|lookup:'Size' }} {{ organization.name }}</p>",
    );
    const profile = await account.person({ email: "ada@example.com", first_name: "Ada", last_name: "Byron", properties: { Size: "M" } });
    await preview(page, { recipients: ["owner@shop.example"], context: { first_name: "Augusta" } }, profile);
    account.control.advance(3000);
    expect((await sent()).map(({ html }) => html)).toEqual([
      expect.stringContaining(`Augusta Byron M ${account.accountName.replace("&", "&amp;")}`),
    ]);
  });

  behaviour("has one to five recipients with addresses, a template and a person that exist", spec, async () => {
    const page = await account.template(HELLO);
    expect(pointerOf(await preview(page, { recipients: [] }))).toEqual([400, "/data/attributes/recipients"]);
    const six = Array.from({ length: 6 }, (_, i) => `p${i}@shop.example`);
    expect(pointerOf(await preview(page, { recipients: six }))).toEqual([400, "/data/attributes/recipients"]);
    expect(pointerOf(await preview(page, { recipients: ["owner@shop.example", "nobody"] }))).toEqual([
      400,
      "/data/attributes/recipients/1",
    ]);
    expect((await preview("nobody", TO)).status).toBe(404);
    expect((await preview(page, TO, "nobody")).status).toBe(404);
    account.control.advance(10_000);
    expect(await sent()).toEqual([]);
  });

  behaviour("of a template that cannot be rendered is refused", assumed, async () => {
    expect((await preview(await account.template("<p>{% wrong %}</p>"), TO)).status).toBe(400);
    expect(account.control.state().counts).toMatchObject({ template_preview_jobs: 0 });
  });
});
