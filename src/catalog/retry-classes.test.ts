import { describe, expect, it } from "vitest";
import { loadCatalog } from "./catalog.ts";
import { isWrite, type Operation } from "./operation.ts";

/** behaviour of each write when it is sent twice (effects.tsv); the exceptions to what its shape says are named here with their reason. */
const writes = loadCatalog().operations.filter(isWrite);
const idsWhere = (is: (operation: Operation) => boolean): string[] =>
  writes
    .filter(is)
    .map(({ id }) => id)
    .toSorted();
const answersNothing = ({ answers }: Operation): boolean => !answers.some(({ hasBody }) => hasBody);

describe("the retry class of a write", () => {
  it("stands for each of them", () => {
    expect(writes.length).toBe(193);
    expect(writes.filter(({ effect }) => effect.retry === "read")).toEqual([]);
  });

  it("is idempotent for what sets, deletes and links by id", () => {
    expect(idsWhere(({ shape, effect }) => ["update", "delete", "link"].includes(shape) && effect.retry !== "idempotent")).toEqual([
      // Makes a relationship with a name of its own.
      "create_object_schema_relationship",
      "create_profile_schema_relationship",
    ]);
  });

  it("is never idempotent for what makes something new, but for what Klaviyo itself matches to what is there", () => {
    expect(idsWhere(({ shape, effect }) => shape === "create" && effect.retry === "idempotent")).toEqual(["create_push_token"]);
  });

  it("of a POST that answers without a body is unreadable, unless a key or an upsert makes a second one harmless", () => {
    const harmless = [
      "bulk_create_client_events",
      "bulk_create_data_source_records",
      "bulk_create_events",
      "bulk_delete_object_records",
      "create_client_event",
      "create_client_profile",
      "create_client_push_token",
      "create_data_source_record",
      "create_event",
      "create_push_token",
      "request_profile_deletion",
      "unregister_client_push_token",
    ];
    expect(
      idsWhere((one) => one.method === "POST" && one.shape !== "link" && answersNothing(one) && one.effect.retry !== "unreadable"),
    ).toEqual(harmless);
  });

  it("is unreadable as well where nothing lists what was made, and where a second one does more than the first", () => {
    expect(idsWhere((one) => one.effect.retry === "unreadable" && !answersNothing(one))).toEqual([
      // Runs an agent's tools, sends a mail, exports people: there is a job or an answer, but no list to find it in.
      "create_customer_agent_response_beta",
      "create_event_bulk_export_job_beta",
      "create_profile_bulk_export_job_beta",
      "create_template_preview_send_job_beta",
    ]);
    // The first takes people off the list; whoever is not on it is unsubscribed from everything by the second (behaviour.md §2.3, rule 6).
    expect(writes.find(({ id }) => id === "bulk_unsubscribe_profiles")?.effect.retry).toBe("unreadable");
  });
});
