import type { Json } from "../../lib/json.ts";
import { defineResource } from "../engine/declare.ts";
import { textOf } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { dnsRecords, SELECTORS, sendingDomains, sendingLife, type SendingDomainRow } from "./sending-domain-rows.ts";

/** Domains that mail is sent from. What verifies and activates them is in `sending-domain-jobs.ts`. */
export const sendingDomainResource = defineResource<SendingDomainRow>({
  type: "sending-domain",
  path: "/api/sending-domains",
  collection: sendingDomains,
  attributes: (row, ctx) => ({
    domain: row.domain,
    // Inside a delegated zone the selectors are Klaviyo's own affair.
    dkim_selector: row.configuration === "dynamic" ? null : SELECTORS[0],
    purpose: row.purpose,
    configuration: row.configuration,
    status: row.status,
    dns_records: dnsRecords(row),
    created_at: timeText(row.created, ctx),
    updated_at: timeText(row.updated, ctx),
  }),
  sorts: { created_at: (row) => row.created },
  defaultSort: "created_at",
  create({ attributes }, ctx) {
    const domain = domainOf(attributes["domain"]);
    // Assumed: the vendor names no answer for a name that the account has already.
    if (ctx.rows(sendingDomains).find("domain", domain)) refuse("conflict", `The account has the sending domain '${domain}' already.`);
    return {
      id: ctx.ids.digits(6),
      domain,
      purpose: textOf(attributes["purpose"]) ?? "marketing",
      configuration: textOf(attributes["configuration"]) ?? "static",
      status: "pending",
      host: ctx.ids.digits(7),
      proof: ctx.ids.alphanumeric(6),
      checks: 0,
      found: 0,
      created: ctx.now,
      updated: ctx.now,
    };
  },
  tasks: {
    finish_warming({ id }, ctx) {
      const row = ctx.rows(sendingDomains).get(textOf(id) ?? "");
      if (row) ctx.rows(sendingDomains).put({ ...row, status: sendingLife.next(row.status, "finish warming"), updated: ctx.now });
    },
  },
});

function domainOf(given: Json | undefined): string {
  const domain = (textOf(given) ?? "").toLowerCase();
  if (domain.length > 253 || !/^(?:(?!-)[a-z\d-]{1,63}(?<!-)\.)+[a-z]{2,63}$/.test(domain))
    refuse("invalid", "'domain' must be a whole domain name, such as 'send.example.com'.", {
      source: { pointer: "/data/attributes/domain" },
    });
  return domain;
}
