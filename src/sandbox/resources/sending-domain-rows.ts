import type { JsonObject } from "../../lib/json.ts";
import { defineMachine } from "../engine/machine.ts";
import { defineCollection, type Row } from "../state/collection.ts";

export type DomainStatus = "active" | "pending" | "warming";

export interface SendingDomainRow extends Row {
  domain: string;
  purpose: string;
  configuration: string;
  status: DomainStatus;
  /** Number of the mail host that its records lead to. */
  host: string;
  /** Content of the TXT record. */
  proof: string;
  /** How often its records were looked for, and how many were found the last time. */
  checks: number;
  found: number;
  created: number;
  updated: number;
}

export const sendingDomains = defineCollection<SendingDomainRow>("sending_domains", { unique: { domain: (row) => row.domain } });

export const sendingLife = defineMachine<DomainStatus, "activate" | "finish warming" | "warm">("sending-domain", {
  pending: { activate: "active", warm: "warming" },
  warming: { "finish warming": "active" },
  active: {},
});

/** DKIM keys come in pairs, so that one can be changed while the other signs. */
export const SELECTORS = ["s1", "s2"] as const;

/** The records to publish, and which of them were found. Their values lead nowhere. */
export function dnsRecords(row: SendingDomainRow): JsonObject[] {
  const records = row.configuration === "dynamic" ? delegation(row) : direct(row);
  return records.map((record, i) => ({ ...record, verified: i < row.found }));
}

export function isVerified(row: SendingDomainRow): boolean {
  return dnsRecords(row).every(({ verified }) => verified === true);
}

function direct({ domain, host, proof }: SendingDomainRow): JsonObject[] {
  const mail = `u${host}.wl.mail.example`;
  return [
    { type: "cname", host: domain, value: mail },
    ...SELECTORS.map((selector) => ({
      type: "cname",
      host: `${selector}._domainkey.${domain}`,
      value: `${selector}.domainkey.${mail}`,
    })),
    // A name that is an alias holds no text beside it, so the proof stands at the name above.
    { type: "txt", host: domain.split(".").slice(1).join("."), value: `site-verification=${proof}` },
  ];
}

/** The four name servers are documented. */
function delegation({ domain }: SendingDomainRow): JsonObject[] {
  return [1, 2, 3, 4].map((number) => ({ type: "ns", host: domain, value: `ns${number}.klaviyo.com` }));
}
