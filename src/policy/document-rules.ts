import { parseDocument, isSeq } from "yaml";
import { policyInvalid } from "./document.ts";
import type { Rule } from "./policy.ts";

/** The document with one more rule at the end of its list; comments and layout of the rest stay as they are. */
export function withRule(text: string, rule: Rule): string {
  const document = parseDocument(text, { uniqueKeys: true, version: "1.2" });
  if (document.errors.length > 0) throw policyInvalid([{ path: "", message: "is no YAML that can be added to" }]);
  const rules = document.get("rules");
  if (isSeq(rules)) {
    // An empty list is written as []; with a rule in it, one line for each field is easier to read.
    if (rules.items.length === 0) rules.flow = false;
    rules.add(document.createNode(rule));
  } else document.set("rules", document.createNode([rule]));
  return document.toString({ lineWidth: 0 });
}
