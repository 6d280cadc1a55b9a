import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { defineResource, toOne } from "../engine/declare.ts";
import { booleanOf, type Input } from "../engine/input.ts";
import { refuse } from "../engine/refusal.ts";
import { timeText } from "../engine/time.ts";
import { defineCollection, type Row } from "../state/collection.ts";
import { dnsRecords, isVerified, sendingDomains, sendingLife, type DomainStatus, type SendingDomainRow } from "./sending-domain-rows.ts";

interface VerificationJobRow extends Row {
  domain: string;
  state: "failed" | "pending" | "verified";
  /** As they were found by this check. */
  records: JsonObject[];
  checked: number;
}

interface ActivationJobRow extends Row {
  domain: string;
  status: DomainStatus;
  activated: number;
}

/** How long a domain warms up (assumed). */
const WARMING_MS = 30 * 24 * 60 * 60 * 1000;

/** Looks at once, so that the answer says what was found. */
export const verificationJobResource = defineResource<VerificationJobRow>({
  type: "sending-domain-verification-job",
  path: "/api/sending-domain-verification-jobs",
  collection: defineCollection<VerificationJobRow>("sending_domain_verification_jobs"),
  attributes: (job, ctx) => ({
    verification_state: job.state,
    dns_records: job.records,
    error_code: job.state === "failed" ? "dns_record_not_found" : null,
    checked_at: timeText(job.checked, ctx),
  }),
  relationships: { "sending-domain": toOne<VerificationJobRow>("sending-domain", (job) => job.domain) },
  create(input, ctx) {
    const row = look(domainOf(input, ctx));
    ctx.rows(sendingDomains).put({ ...row, updated: ctx.now });
    const state = isVerified(row) ? "verified" : isLost(row) ? "failed" : "pending";
    return { id: `ver_${ctx.ids.ulid(ctx.now)}`, domain: row.id, state, records: dnsRecords(row), checked: ctx.now };
  },
});

/** Switches a verified domain on. 409 for one that is not verified, or is on already. */
export const activationJobResource = defineResource<ActivationJobRow>({
  type: "sending-domain-activation-job",
  path: "/api/sending-domain-activation-jobs",
  collection: defineCollection<ActivationJobRow>("sending_domain_activation_jobs"),
  attributes: (job, ctx) => ({ status: job.status, activated_at: timeText(job.activated, ctx) }),
  relationships: { "sending-domain": toOne<ActivationJobRow>("sending-domain", (job) => job.domain) },
  create(input, ctx) {
    const row = domainOf(input, ctx);
    const isOnly = ctx.rows(sendingDomains).size === 1;
    const warms = booleanOf(input.attributes["warming_enabled"]) ?? !isOnly;
    const status = sendingLife.next(row.status, warms ? "warm" : "activate");
    if (!isVerified(row)) refuse("conflict", "A sending domain is activated once a verification has found all of its DNS records.");
    if (warms && isOnly)
      refuse("invalid", "The only sending domain of an account cannot be warmed up.", {
        source: { pointer: "/data/attributes/warming_enabled" },
      });
    ctx.rows(sendingDomains).put({ ...row, status, updated: ctx.now });
    if (warms) ctx.schedule(ctx.now + WARMING_MS, "finish_warming", { id: row.id });
    return { id: `act_${ctx.ids.ulid(ctx.now)}`, domain: row.id, status, activated: ctx.now };
  },
});

function domainOf({ one }: Input, ctx: Context): SendingDomainRow {
  const id = one("sending-domain") ?? "";
  return ctx.rows(sendingDomains).get(id) ?? refuse("not_found", `A sending-domain with id ${id} does not exist.`);
}

/**
 * There is no DNS to ask, so the number of the check decides (assumed): the first finds one record, any later one all of them. The records of a
 * domain whose first label is `unpublished` are never found.
 */
function look(row: SendingDomainRow): SendingDomainRow {
  const checks = row.checks + 1;
  const found = isVerified(row) || (checks > 1 && !isLost(row)) ? dnsRecords(row).length : isLost(row) ? 0 : 1;
  return { ...row, checks, found };
}

function isLost({ domain }: SendingDomainRow): boolean {
  return domain.startsWith("unpublished.");
}
