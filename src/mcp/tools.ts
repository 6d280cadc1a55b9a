import type { Tool } from "./tool.ts";
import { accountOverview } from "./tools/account-overview.ts";
import { approvalStatus } from "./tools/approval-status.ts";
import { describeAction } from "./tools/describe-action.ts";
import { read } from "./tools/read.ts";
import { searchActions } from "./tools/search-actions.ts";
import { write } from "./tools/write.ts";

/** Every tool that an agent sees, in the order in which it needs them. */
export const TOOLS: readonly Tool[] = [searchActions, describeAction, read, write, approvalStatus, accountOverview];
