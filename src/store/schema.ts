import type { Kysely } from "kysely";
import type { AgentRow } from "./tables/agents.ts";
import type { ApprovalRow } from "./tables/approvals.ts";
import type { AuditColumns, AuditHeadRow } from "./tables/audit.ts";
import type { BeforeImageRow } from "./tables/before-images.ts";
import type { CallRow } from "./tables/calls.ts";
import type { ConnectionColumns } from "./tables/connections.ts";
import type { IntentRow } from "./tables/intents.ts";
import type { LeaseRow } from "./tables/leases.ts";
import type { MetaRow } from "./tables/meta.ts";
import type { PolicyRow } from "./tables/policies.ts";
import type { RateWindowRow } from "./tables/rate-windows.ts";
import type { SecretRow } from "./tables/secrets.ts";

/** Every table with its columns as they are stored, after the last migration. */
export interface Schema {
  connections: ConnectionColumns;
  secrets: SecretRow;
  agents: AgentRow;
  before_images: BeforeImageRow;
  calls: CallRow;
  approvals: ApprovalRow;
  intents: IntentRow;
  audit: AuditColumns;
  audit_head: AuditHeadRow;
  policies: PolicyRow;
  rate_windows: RateWindowRow;
  leases: LeaseRow;
  meta: MetaRow;
}

/** The database itself, or one transaction in it. */
export type Db = Kysely<Schema>;
