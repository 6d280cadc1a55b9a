import type { Db } from "./schema.ts";
import { agentsTable } from "./tables/agents.ts";
import { approvalsTable } from "./tables/approvals.ts";
import { auditTable } from "./tables/audit.ts";
import { auditBodiesTable } from "./tables/audit-bodies.ts";
import { beforeImagesTable } from "./tables/before-images.ts";
import { callsTable } from "./tables/calls.ts";
import { capUsesTable } from "./tables/cap-uses.ts";
import { connectionsTable } from "./tables/connections.ts";
import { dataKeysTable } from "./tables/data-keys.ts";
import { denialsTable } from "./tables/denials.ts";
import { fenceTable } from "./tables/fence.ts";
import { intentsTable } from "./tables/intents.ts";
import { leasesTable } from "./tables/leases.ts";
import { looksTable } from "./tables/looks.ts";
import { masterKeysTable } from "./tables/master-keys.ts";
import { metaTable } from "./tables/meta.ts";
import { policiesTable } from "./tables/policies.ts";
import { privacyTokensTable } from "./tables/privacy-tokens.ts";
import { rateWindowsTable } from "./tables/rate-windows.ts";
import { secretsTable } from "./tables/secrets.ts";
import { untrustedReadsTable } from "./tables/untrusted-reads.ts";

export type Tables = ReturnType<typeof createTables>;

/** One accessor object per table, over the database or over one transaction. */
export function createTables(db: Db) {
  return {
    connections: connectionsTable(db),
    secrets: secretsTable(db),
    masterKeys: masterKeysTable(db),
    dataKeys: dataKeysTable(db),
    agents: agentsTable(db),
    beforeImages: beforeImagesTable(db),
    calls: callsTable(db),
    approvals: approvalsTable(db),
    intents: intentsTable(db),
    audit: auditTable(db),
    auditBodies: auditBodiesTable(db),
    policies: policiesTable(db),
    capUses: capUsesTable(db),
    denials: denialsTable(db),
    privacyTokens: privacyTokensTable(db),
    untrustedReads: untrustedReadsTable(db),
    rateWindows: rateWindowsTable(db),
    leases: leasesTable(db),
    looks: looksTable(db),
    fence: fenceTable(db),
    meta: metaTable(db),
  };
}
