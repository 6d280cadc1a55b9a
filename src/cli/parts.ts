import type { RunningSandbox, SandboxOptions } from "../sandbox-run.ts";
import type { StartOptions, Started } from "../start.ts";
import type { App } from "../app.ts";
import type * as actions from "../catalog/actions.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type * as search from "../catalog/search.ts";
import type * as validation from "../catalog/validation.ts";
import type { Config } from "../config.ts";
import type * as effects from "../gate/class.ts";
import type * as outlooks from "../policy/outlook.ts";
import type { SecretsDesk } from "../secrets.ts";
import type * as presets from "../policy/presets.ts";

/** What the commands are made of. `main.ts` puts it together; nothing heavy is loaded before a command asks for it. */
export interface Parts {
  version: string;
  self: Self;
  readConfig(environment: NodeJS.ProcessEnv): Config;
  openApp(config: Config): Promise<CliApp>;
  /** The store's keys alone, for when the master key is missing. */
  openSecrets(config: Config): Promise<SecretsDesk>;
  startGateway(config: Config, options: Omit<StartOptions, "log">): Promise<Started>;
  runSandbox(options: SandboxOptions): Promise<RunningSandbox>;
  /** Speaks MCP on standard input and output until the client hangs up. */
  serveStdioDoor(config: Config): Promise<void>;
  reference(): Promise<Reference>;
}

/** How this program runs and is started again. */
export interface Self {
  /** Absolute path of the Node that runs it. */
  node: string;
  nodeVersion: string;
  /** Absolute path of `bin/halyard.mjs`. */
  bin: string;
  /** True in a clone of the repository, where people start it through npm. */
  isClone: boolean;
}

/** The part of the app that commands use. */
export type CliApp = Pick<
  App,
  "gate" | "connections" | "agents" | "policies" | "policyDesk" | "activity" | "callStory" | "verifyAudit" | "audit" | "outcomes" | "close"
>;

/** Knowledge that needs no store: the catalog, its names and forms, and how a policy decides. */
export type Reference = { catalog: Catalog } & Pick<typeof actions, "actionIndex" | "resolveAction" | "CHOOSER"> &
  Pick<typeof search, "searchActions"> &
  Pick<typeof validation, "inputSchema" | "definition"> &
  Pick<typeof outlooks, "outlook"> &
  Pick<typeof presets, "RISK_NAMES"> &
  Pick<typeof effects, "classOf">;
