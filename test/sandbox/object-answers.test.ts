import { afterAll, expect, it } from "vitest";
import { loadCatalog } from "../../src/catalog/catalog.ts";
import { conversations } from "../../src/sandbox/resources/conversation-rows.ts";
import { geofences } from "../../src/sandbox/resources/geofences.ts";
import { prepare } from "../account/skip.ts";
import { formBody } from "./form-body.ts";
import { PET, body, bulk, byEmail, openObjects, simple, type Objects } from "./objects.ts";
import { schemaViolations, type Called } from "./open.ts";
import { idOf } from "./people.ts";
import { reviewBody, statusBody } from "./review-body.ts";
import { behaviour, schemaOf } from "./provenance.ts";

const AREAS = ["custom-objects", "forms", "reviews", "conversations"];
const CLIENT = /^(get_client_(reviews|review_values_reports|geofences|ip_allowlist)|create_client_review)$/;
const OPERATIONS = loadCatalog().operations.filter(
  ({ id, area, channel }) => channel === "stable" && (AREAS.includes(area) || CLIENT.test(id)),
);

let objects: Objects;
const called = new Map<string, Called>();
const call = async (operation: string, request: string, sent?: unknown, headers?: Record<string, string | null>): Promise<string> => {
  const answer = await objects.call(request, sent, headers);
  called.set(operation, answer);
  return idOf(answer);
};

prepare(async () => {
  objects = await openObjects();
  await callObjects();
  await callForms();
  await callReviews();
  await objects.within((ctx) => void ctx.rows(geofences).put({ id: "g", latitude: 1, longitude: 2, radius: 3 }));
  await call("get_client_geofences", `GET /client/geofences?company_id=${objects.publicKey}`, undefined, { authorization: null });
  await call("get_client_ip_allowlist", "GET /client/ip-allowlists/integration-egress", undefined, { authorization: null });
  const ada = await objects.person({ phone_number: "+12025550100" });
  await objects.within((ctx) => void ctx.rows(conversations).put({ id: "c1", channel: "sms", profile: ada }));
  const relationships = { conversation: { data: { type: "conversation", id: "c1" } } };
  await call(
    "create_conversation_message",
    "POST /api/conversation-messages",
    body("conversation-message", { body: "Hi" }, { relationships }),
  );
});
afterAll(() => objects.close());

async function callObjects(): Promise<void> {
  const source = await call("create_data_source", "POST /api/data-sources", body("data-source", { title: "Clinic" }));
  await call("get_data_source", `GET /api/data-sources/${source}`);
  await call("get_data_sources", "GET /api/data-sources");
  const toy = await objects.type("Toy");
  const embedded = { data: { type: "object-schema", attributes: PET } };
  const type = await call("create_object_type", "POST /api/object-types", body("object-type", { title: "Pet", "object-schema": embedded }));
  const path = `/api/object-types/${type}`;
  const draft = await call("get_draft_schema_for_object_type", `GET ${path}/draft-schema`);
  await call("get_draft_schema_id_for_object_type", `GET ${path}/relationships/draft-schema`);
  const schema = `/api/object-schemas/${draft}`;
  for (const [kind, target] of [
    ["object", toy.schema],
    ["profile", "profile"],
  ] as const) {
    const related = `${schema}/relationships/${kind === "object" ? "" : "profile-"}object-schemas`;
    const linkage = (meta: object) => ({ type: `${kind === "object" ? "" : "profile-"}object-schema`, id: target, meta });
    await call(`create_${kind}_schema_relationship`, `POST ${related}`, { data: [linkage({ name: "first" })] });
    const id = await objects.relate(draft, `own ${kind}`, kind === "object" ? target : undefined);
    await call(`update_${kind}_schema_relationship`, `PATCH ${related}`, { data: linkage({ relationship_id: id, description: "Of one" }) });
    await call(`get_${kind}_schema_relationships`, `GET ${related}`);
    if (kind === "object")
      await call(`delete_${kind}_schema_relationship`, `DELETE ${related}`, { data: [linkage({ relationship_id: id })] });
    else {
      const other = await objects.relate(draft, "extra");
      await call(`delete_${kind}_schema_relationship`, `DELETE ${related}`, { data: [linkage({ relationship_id: other })] });
      const mapping = await call("get_source_mapping_for_object_schema", `GET ${schema}/source-mapping`);
      await call("get_source_mapping_id_for_object_schema", `GET ${schema}/relationships/source-mapping`);
      const property_mappings = [simple(1, source, "$.name"), { id: 5, type: "constant", value: true }];
      const attributes = { property_mappings, relationship_mappings: [byEmail(id, source)] };
      await call("update_source_mapping", `PATCH /api/source-mappings/${mapping}`, body("source-mapping", attributes, { id: mapping }));
      await call("get_source_mapping", `GET /api/source-mappings/${mapping}`);
    }
  }
  await call("get_object_schema", `GET ${schema}?include=object-schemas,profile-object-schemas,source-mapping`);
  await call("update_object_schema", `PATCH ${schema}`, body("object-schema", { status: "active" }, { id: draft }));
  objects.control.advance(2000);
  await callRecords(source, type);
  const relationships = { "object-type": { data: { type: "object-type", id: type } } };
  await call("create_object_schema", "POST /api/object-schemas", body("object-schema", { ...PET, title: "Pet" }, { relationships }));
  await call("get_object_type", `GET ${path}?include=current-schema,draft-schema,object-types,profile-object-types,schema-versions`);
  await call("get_object_types", "GET /api/object-types?include=current-schema,draft-schema");
  await call("get_current_schema_for_object_type", `GET ${path}/current-schema`);
  await call("get_current_schema_id_for_object_type", `GET ${path}/relationships/current-schema`);
  await call("get_schema_versions_for_object_type", `GET ${path}/schema-versions`);
  await call("get_schema_version_ids_for_object_type", `GET ${path}/relationships/schema-versions`);
  await call("get_object_type_relationships", `GET ${path}/relationships/object-types`);
  await call("get_profile_type_relationships", `GET ${path}/relationships/profile-object-types`);
  await call("delete_data_source", `DELETE /api/data-sources/${source}`);
  await call("delete_object_type", `DELETE /api/object-types/${toy.type}`);
}

async function callRecords(source: string, type: string): Promise<void> {
  const relationships = { "data-source": { data: { type: "data-source", id: source } } };
  const record = { data: { type: "data-source-record", attributes: { record: { id: "p1", name: "Rex" } } } };
  const job = body("data-source-record-create-job", { "data-source-record": record }, { relationships });
  await call("create_data_source_record", "POST /api/data-source-record-create-jobs", job);
  await call("bulk_create_data_source_records", "POST /api/data-source-record-bulk-create-jobs", bulk(source, [{ id: "p2", name: 5 }]));
  objects.control.advance(2000);
  const path = `/api/object-types/${type}`;
  const id = await call("get_records_for_object_type", `GET ${path}/object-records`);
  await call("get_record_ids_for_object_type", `GET ${path}/relationships/object-records`);
  await call("get_object_record", `GET /api/object-records/${id}`);
  await call("get_ingestion_logs_for_object_type", `GET ${path}/object-ingestion-logs?include=object-record,object-type`);
  await call("get_ingestion_log_ids_for_object_type", `GET ${path}/relationships/object-ingestion-logs`);
  const gone = { "object-records": { data: [{ type: "object-record", id }] } };
  const removal = { data: { type: "object-record-bulk-delete-job", relationships: gone } };
  await call("bulk_delete_object_records", "POST /api/object-record-bulk-delete-jobs", removal);
}

async function callForms(): Promise<void> {
  const form = await call("create_form", "POST /api/forms", formBody());
  await call("get_form", `GET /api/forms/${form}`);
  await call("get_forms", "GET /api/forms?sort=-updated_at");
  const version = await call("get_versions_for_form", `GET /api/forms/${form}/form-versions`);
  await call("get_version_ids_for_form", `GET /api/forms/${form}/relationships/form-versions`);
  await call("get_form_version", `GET /api/form-versions/${version}?include=form`);
  await call("get_form_for_form_version", `GET /api/form-versions/${version}/form`);
  await call("get_form_id_for_form_version", `GET /api/form-versions/${version}/relationships/form`);
  await call("delete_form", `DELETE /api/forms/${form}`);
}

async function callReviews(): Promise<void> {
  const company = `company_id=${objects.publicKey}`;
  await call("create_client_review", `POST /client/reviews?${company}`, reviewBody(), { authorization: null });
  const review = await call("get_reviews", "GET /api/reviews?include=events");
  await call("get_review", `GET /api/reviews/${review}?include=events`);
  const rejected = { value: "rejected", rejection_reason: { reason: "fake" } };
  await call("update_review", `PATCH /api/reviews/${review}`, statusBody(review, rejected));
  await objects.call(`PATCH /api/reviews/${review}`, statusBody(review, { value: "published" }));
  await call("get_client_reviews", `GET /client/reviews?${company}`, undefined, { authorization: null });
  const query = `${company}&statistics=average_rating,total_reviews&timeframe=all_time&group_by=product_id`;
  await call("get_client_review_values_reports", `GET /client/review-values-reports?${query}`, undefined, { authorization: null });
}

for (const { id: operation } of OPERATIONS) {
  behaviour(`${operation} answers as the vendor's schema has it`, schemaOf({ id: operation, channel: "stable" }), () => {
    const answer = called.get(operation) ?? { status: 0, headers: {}, body: {}, text: "" };
    const stated = OPERATIONS.find(({ id }) => id === operation)?.answers.map(({ status }) => status);
    expect(stated).toContain(answer.status);
    expect(answer.text === "" ? [] : schemaViolations(operation, answer)).toEqual([]);
  });
}

it("shows what was asked for in each collection", () => {
  const empty = [...called].filter(([, answer]) => Array.isArray(answer.body["data"]) && answer.body["data"].length === 0);
  expect(empty.map(([operation]) => operation)).toEqual([]);
});

it("answers without a failure of its own", () => {
  expect(objects.log).toEqual([]);
});
