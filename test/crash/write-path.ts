import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const ROOT = join(import.meta.dirname, "../..");

/** The files through which a write goes, and the functions of them that do; all of a file's where none are named. */
export const WRITE_PATH: Record<string, string[] | "all"> = {
  "src/gate/gate.ts": ["steps", "take", "perform", "refused", "write", "turnOf", "answerInstead"],
  "src/gate/approvals/ask.ts": "all",
  "src/gate/approvals/past.ts": "all",
  "src/gate/approvals/use.ts": "all",
  "src/gate/approvals/release.ts": ["release"],
  "src/gate/approvals/owner.ts": ["approve"],
  "src/gate/plans/plan-run.ts": "all",
  "src/gate/dispatch.ts": "all",
  "src/gate/outcomes/gone.ts": "all",
  "src/gate/outcomes/outcome.ts": "all",
  "src/gate/undo/undo-keeping.ts": ["keepBefore", "settleUndo"],
  "src/gate/undo/undo-after.ts": ["keepAfter"],
  "src/gate/outcomes/repeats.ts": "all",
  "src/gate/outcomes/look-list.ts": "all",
  "src/gate/outcomes/recover.ts": "all",
  "src/gate/outcomes/settle.ts": "all",
  "src/gate/outcomes/reconcile.ts": "all",
  "src/gate/outcomes/reconcile-late.ts": "all",
  "src/gate/outcomes/follow.ts": "all",
  "src/gate/outcomes/looking.ts": "all",
  "src/klaviyo/client.ts": ["write", "attempt"],
};

/** A place where a process can be killed between two things, and nothing there would kill it. */
export interface Gap {
  place: string;
  text: string;
}

/** Every `await` of the write path with no point between it and the next one of its function. The last of a function is its caller's to cover. */
export function gapsIn(path: string, text: string, functions: string[] | "all"): Gap[] {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const gaps: Gap[] = [];
  const visit = (node: ts.Node): void => {
    if (isFunction(node) && node.body && (functions === "all" || functions.includes(nameOf(node)))) gaps.push(...gapsOf(source, node.body));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return gaps;
}

export function gapsOfWritePath(): Gap[] {
  return Object.entries(WRITE_PATH).flatMap(([path, functions]) => gapsIn(path, readFileSync(join(ROOT, path), "utf8"), functions));
}

/** Names of all points that the sources call. */
export function pointsInSources(): string[] {
  const files = Object.keys(WRITE_PATH);
  return files.flatMap((path) =>
    [...readFileSync(join(ROOT, path), "utf8").matchAll(/\bat(?:\?\.)?\("([a-z0-9.-]+)"\)/g)].map(([, point = ""]) => point),
  );
}

interface Step {
  at: number;
  is: "await" | "point";
  node: ts.Node;
}

function gapsOf(source: ts.SourceFile, body: ts.Node): Gap[] {
  const steps: Step[] = [];
  const visit = (node: ts.Node): void => {
    // What a function inside does is its own.
    if (isFunction(node) && !isTransactionBody(node)) return;
    if (ts.isAwaitExpression(node)) steps.push({ at: node.getEnd(), is: "await", node });
    if (ts.isCallExpression(node) && /(^|\.)at$/.test(node.expression.getText())) steps.push({ at: node.getEnd(), is: "point", node });
    ts.forEachChild(node, visit);
  };
  ts.forEachChild(body, visit);
  const ordered = steps.toSorted((a, b) => a.at - b.at);
  return ordered.flatMap(({ at, is, node }, i) => {
    const next = ordered[i + 1];
    const isInside = next && next.node.pos <= node.pos;
    if (is !== "await" || next?.is !== "await" || isInside || areAlternatives(node, next.node)) return [];
    const { line } = source.getLineAndCharacterOfPosition(at);
    return [{ place: `${source.fileName}:${line + 1}`, text: node.getText().split("\n")[0] ?? "" }];
  });
}

/** Whether one stands in the branch that is taken when the other's is not. */
function areAlternatives(first: ts.Node, second: ts.Node): boolean {
  for (let node: ts.Node = first; !ts.isFunctionLike(node) && !ts.isSourceFile(node); node = node.parent) {
    const { parent } = node;
    if (ts.isIfStatement(parent) && parent.thenStatement === node && parent.elseStatement && isWithin(second, parent.elseStatement))
      return true;
    if (ts.isConditionalExpression(parent) && parent.whenTrue === node && isWithin(second, parent.whenFalse)) return true;
    if (ts.isTryStatement(parent) && parent.tryBlock === node && parent.catchClause && isWithin(second, parent.catchClause)) return true;
  }
  return false;
}

function isWithin(node: ts.Node, ancestor: ts.Node): boolean {
  return node.pos >= ancestor.pos && node.end <= ancestor.end;
}

/** The work of a transaction runs in the middle of the function that opens it. */
function isTransactionBody(node: ts.Node): boolean {
  return ts.isCallExpression(node.parent) && node.parent.expression.getText().endsWith(".transaction");
}

function isFunction(node: ts.Node): node is ts.FunctionDeclaration | ts.ArrowFunction | ts.FunctionExpression | ts.MethodDeclaration {
  return ts.isFunctionDeclaration(node) || ts.isArrowFunction(node) || ts.isFunctionExpression(node) || ts.isMethodDeclaration(node);
}

function nameOf(node: ts.FunctionLikeDeclaration): string {
  const named = node.name ?? (ts.isVariableDeclaration(node.parent) || ts.isPropertyAssignment(node.parent) ? node.parent.name : undefined);
  return named && ts.isIdentifier(named) ? named.text : "";
}
