import type { Catalog } from "../../catalog/catalog.ts";
import type { Operation } from "../../catalog/operation.ts";
import type { JsonObject } from "../../lib/json.ts";

/** How honestly a write can be taken back. `none` is not kept: nothing can be put back. */
export type UndoClass = "exact" | "compensation" | "none";

/** A resource as Klaviyo's answers have it, without its links. */
export interface Resource {
  type: string;
  id: string;
  attributes: JsonObject;
  /** By name, each with the `data` that was given; a relationship that only has links is left out. */
  relationships: JsonObject;
  meta: JsonObject;
}

/** What one read gave. `of` is the id that it was asked with, "" where it had none. */
export interface Reading {
  of: string;
  rows: Resource[];
  included: Resource[];
  /** Whether it was a list that was asked for, however long. */
  isList: boolean;
}

/** What was there, by the names that a recipe gives its reads. */
export type Was = Record<string, Reading[]>;

/** One read of a before-image. */
export interface Look {
  as: string;
  operation: string;
  /** Arguments of each request, from the call's own and what was read before; none where there is nothing to read. */
  args(call: JsonObject, was: Was): JsonObject[];
  /** Which rows are worth keeping; all of them where left out. */
  keep?(row: Resource, call: JsonObject): boolean;
  /** What is not there is an answer of its own: there was none. Otherwise the write has nothing to act on. */
  mayBeMissing?: true;
}

/** All that an inverse is built from. `made` is empty until the write has been answered, `afterwards` until it was read again after it. */
export interface Kept {
  catalog: Catalog;
  operation: Operation;
  args: JsonObject;
  was: Was;
  afterwards: Was | null;
  made: Resource[];
}

/** One call of an undoing; its arguments may need what the steps before it made. */
export interface Step {
  action: string;
  args(made: Resource[][]): JsonObject;
  /** Set on a first step whose arguments are only known once the write has been answered. */
  isLate?: true;
}

export interface Plan {
  /** In order; empty where nothing can be put back. */
  steps: Step[];
  /** What is not put back, or not as it was, in our own words. */
  notes: string[];
}

/** How the writes of one kind are taken back. */
export interface Recipe {
  undo: Exclude<UndoClass, "none">;
  /** What to read before the write, in order: the before-image. */
  looks: Look[];
  /** What to compare, after the write and before the undoing; the before-image's reads where left out. */
  watch?(kept: Kept): Look[];
  plan(kept: Kept): Plan;
  /** Until when it can be taken back, ms, where its own time is shorter than that of what is kept. */
  until?(kept: Kept, nowMs: number): number;
  /** Why it is too late by what is there now; undefined while it is not. */
  tooLate?(now: Was): string | undefined;
}

/** What a person reads where nothing can be taken back. */
export interface NoRecipe {
  undo: "none";
  because: string;
}

/** Every row of one named read. */
export function rowsOf(was: Was, name: string): Resource[] {
  return (was[name] ?? []).flatMap(({ rows }) => rows);
}

/** What a named read gave for one id. */
export function rowsFor(was: Was, name: string, id: string): Resource[] {
  return (was[name] ?? []).filter(({ of }) => of === id).flatMap(({ rows }) => rows);
}

export function firstOf(was: Was, name: string): Resource | undefined {
  return rowsOf(was, name)[0];
}

/** The ids that a relationship had. */
export function linked(resource: Resource | undefined, name: string): string[] {
  const data = resource?.relationships[name];
  const all = Array.isArray(data) ? data : [data];
  return all.flatMap((one) =>
    typeof one === "object" && one !== null && !Array.isArray(one) && typeof one["id"] === "string" ? [one["id"]] : [],
  );
}

/** A text argument, "" where there is none. */
export function textOf(args: JsonObject, name: string): string {
  const value = args[name];
  return typeof value === "string" ? value : "";
}

/** A list of texts among the arguments. */
export function textsOf(args: JsonObject, name: string): string[] {
  const value = args[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}

/** Pieces of at most `size`. */
export function chunks<T>(all: T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) => all.slice(at * size, (at + 1) * size));
}
