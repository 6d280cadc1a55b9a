import type { Kysely } from "kysely";
import type { AgentRow } from "./tables/agents.ts";
import type { ApprovalRow } from "./tables/approvals.ts";
import type { AuditColumns, AuditHeadRow } from "./tables/audit.ts";
import type { AuditBodyRow } from "./tables/audit-bodies.ts";
import type { BeforeImageRow } from "./tables/before-images.ts";
import type { CallRow } from "./tables/calls.ts";
import type { CapUseRow } from "./tables/cap-uses.ts";
import type { ConnectionColumns } from "./tables/connections.ts";
import type { DataKeyRow } from "./tables/data-keys.ts";
import type { DenialRow } from "./tables/denials.ts";
import type { FenceRow } from "./tables/fence.ts";
import type { IntentRow } from "./tables/intents.ts";
import type { LeaseRow } from "./tables/leases.ts";
import type { LookRow } from "./tables/looks.ts";
import type { MasterKeyRow } from "./tables/master-keys.ts";
import type { MetaRow } from "./tables/meta.ts";
import type { PolicyRow } from "./tables/policies.ts";
import type { PrivacyTokenRow } from "./tables/privacy-tokens.ts";
import type { RateWindowRow } from "./tables/rate-windows.ts";
import type { SecretRow } from "./tables/secrets.ts";
import type { UntrustedReadRow } from "./tables/untrusted-reads.ts";

/** Every table with its columns as they are stored, after the last migration. */
export interface Schema {
  connections: ConnectionColumns;
  secrets: SecretRow;
  master_keys: MasterKeyRow;
  data_keys: DataKeyRow;
  agents: AgentRow;
  before_images: BeforeImageRow;
  calls: CallRow;
  approvals: ApprovalRow;
  intents: IntentRow;
  audit: AuditColumns;
  audit_head: AuditHeadRow;
  audit_bodies: AuditBodyRow;
  policies: PolicyRow;
  cap_uses: CapUseRow;
  denials: DenialRow;
  privacy_tokens: PrivacyTokenRow;
  untrusted_reads: UntrustedReadRow;
  rate_windows: RateWindowRow;
  leases: LeaseRow;
  looks: LookRow;
  fence: FenceRow;
  meta: MetaRow;
}

/** The database itself, or one transaction in it. */
export type Db = Kysely<Schema>;
