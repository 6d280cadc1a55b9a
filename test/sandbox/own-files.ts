/** Test files that are about the sandbox itself, its door, engine, journal and seed, and say nothing of the vendor's behaviour. */
export const OWN_FILES = [
  "clients-page",
  "control",
  "declarations",
  "faults",
  "further-accounts",
  "fuzz",
  "persist",
  "provenance",
  "seed",
  "seed-families",
  "seed-processes",
  "seed-time",
  "snapshots",
  "transactions",
  "transitions",
];
