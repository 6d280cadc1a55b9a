import { afterAll, beforeAll, describe } from "vitest";
import { type Databases, postgresDatabases, postgresSource, sqliteDatabases } from "./databases.ts";
import { describeAudit } from "./describe-audit.ts";
import { describeFailures } from "./describe-failures.ts";
import { describeRaces } from "./describe-races.ts";
import { describeRateWindows } from "./describe-rate-windows.ts";
import { describeTables } from "./describe-tables.ts";

const source = postgresSource();
process.stderr.write(
  `store conformance: SQLite, ${source.from === "none" ? `Postgres skipped (${source.why})` : `Postgres (${source.from === "own cluster" ? source.bin : source.from})`}\n`,
);

function describeStore(kind: Databases["kind"], open: () => Databases): void {
  describe(`store on ${kind}`, { timeout: 60_000 }, () => {
    let databases: Databases | undefined;
    const current = () => {
      if (!databases) throw new Error("not started");
      return databases;
    };
    beforeAll(() => {
      databases = open();
    }, 60_000);
    afterAll(() => databases?.stop(), 60_000);

    // Each in a describe of its own, because each has its own hooks.
    describe("data", () => {
      describeTables(current);
    });
    describe("limits", () => {
      describeRateWindows(current);
    });
    describe("at once", () => {
      describeRaces(current);
    });
    describe("on the record", () => {
      describeAudit(current);
    });
    describe("in trouble", () => {
      describeFailures(current);
    });
  });
}

describeStore("sqlite", sqliteDatabases);
if (source.from !== "none") describeStore("postgres", () => postgresDatabases(source));
