/** Test files that are about the sandbox itself, its door, engine, journal and seed, and say nothing of the vendor's behaviour. */
export const OWN_FILES = ["control", "declarations", "fuzz", "persist", "provenance", "seed", "transactions"];
