import { loadCatalog } from "../src/catalog/catalog.ts";
import { createSandbox } from "../src/sandbox/sandbox.ts";
import { provenanceCounts, type Behaviour } from "./provenance.ts";

/** What the sandbox leaves out or makes up, as far as we know of it. */
const NOT: readonly string[] = [
  "It sends nothing to anyone and fetches nothing: images by URL, web feeds and pages of agent knowledge are taken as named, never read. Webhooks go to this machine only.",
  "Private keys and `company_id` open it; OAuth is not emulated.",
  "Every kept revision is answered with the model of 2026-07-15. Of older revisions only the name `conversation` in includes is kept; older ones are 410.",
  "What people do with messages is made up: a seeded model with plausible shares. So are predictions, the shop, its people and its figures.",
  "Its timing says nothing of Klaviyo's: jobs take seconds by its own clock, or what the transitions say.",
  "Statuses that only Klaviyo's own decisions lead to are not reached: campaigns cancelled for billing, a disabled account or an internal error; jobs that are cancelled.",
  "Text messaging needs no carrier: the first label of the business website, `rejected` or `action-required`, decides how a registration ends. Sending domains are found verified at the second check, unless they begin with `unpublished.`; sending does not depend on either.",
  "Templates know the tags and most filters that are documented; of drag-and-drop blocks text, html, button, image and rule are rendered.",
  "The customer agent picks knowledge and skills by shared words and says them again. No model answers, PDF and DOCX files are known by their title alone.",
  "An erasure removes events at once instead of redacting them, and imports stay past the time at which Klaviyo forgets them.",
  "Smart send time begins at midnight UTC; winners of A/B tests are not picked.",
];

const HOW: Record<Behaviour["as"], string> = {
  documented: "the vendor's documents say so",
  observed: "a recorded answer of a real account shows it",
  assumed: "neither does; we chose what fits best",
};

/** `docs/sandbox.md`: what is answered, how it is known, and what the sandbox is not; out of its declarations and its tests. */
export async function sandboxPage(): Promise<string> {
  const sandbox = await createSandbox({ profiles: 0 });
  const coverage = sandbox.control.coverage();
  await sandbox.close();
  const channelOf = new Map(loadCatalog().operations.map(({ id, channel }) => [id, channel]));
  const { counts, total, assumptions } = provenanceCounts();
  const known = new Map(counts.map((row) => [row.area, row]));
  const all = (ids: readonly string[], channel: string): number => ids.filter((id) => channelOf.get(id) === channel).length;
  const areas = [...new Set([...coverage.map(({ area }) => area), ...known.keys()])].toSorted();
  const rows = areas.map((area) => {
    const { implemented = [], missing = [] } = coverage.find((each) => each.area === area) ?? {};
    const share = (channel: string): string => {
      const of = all([...implemented, ...missing], channel);
      return of === 0 ? "" : `${all(implemented, channel)} of ${of}`;
    };
    const { documented, observed, assumed } = known.get(area) ?? { documented: 0, observed: 0, assumed: 0 };
    return `| ${area} | ${share("stable")} | ${share("beta")} | ${documented} | ${observed} | ${assumed} |`;
  });
  const answered = coverage.flatMap(({ implemented }) => implemented);
  const missing = coverage.flatMap((area) => area.missing);
  const grouped = Object.entries(Object.groupBy(assumptions, ({ area }) => area)).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return [
    "# The sandbox: what it answers, how that is known, what it is not",
    "",
    "Written by `npm run generate`, out of the sandbox's declarations and its tests. How to use it: [testing with it](sandbox-clients.md), [driving it](driving-the-sandbox.md).",
    "",
    "## What is answered",
    "",
    `${all(answered, "stable")} of ${all([...answered, ...missing], "stable")} stable and ${all(answered, "beta")} of ${all([...answered, ...missing], "beta")} beta operations keep state and answer. ${missing.length === 0 ? "None is left with 501." : `501 in Klaviyo's error form: ${missing.map((id) => `\`${id}\``).join(", ")}.`}`,
    `The counts on the right are behaviours that tests hold: ${total.documented} documented, ${total.observed} observed, ${total.assumed} assumed.`,
    "",
    "| area | stable | beta | documented | observed | assumed |",
    "|---|---:|---:|---:|---:|---:|",
    ...rows,
    "",
    ...Object.entries(HOW).map(([as, means]) => `- **${as}**: ${means}.`),
    "",
    "Beyond these, generated tests send every operation valid requests and hold each answer to the vendor's schema, read back what was written, go through every filter, sort, include, field and page bound, replay recorded exchanges in kind, let the vendor's own Node client call every method, and spoil requests at random.",
    "",
    "## What it is not",
    "",
    ...NOT.map((line) => `- ${line}`),
    "",
    "## What no source states",
    "",
    "Where the documents are silent the sandbox does this. Whoever knows better from a real account: `npm run test:account` compares.",
    "",
    ...grouped.flatMap(([area, some = []]) => [`### ${area}`, "", ...some.map(({ text, from }) => `- ${text} (${from})`), ""]),
  ].join("\n");
}
