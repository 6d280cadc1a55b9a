import { hash } from "node:crypto";
import { defineAction } from "../engine/declare.ts";
import { refuse } from "../engine/refusal.ts";

/** Blocks set aside for documentation, so that nobody opens a real firewall to them. */
const PREFIXES = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"];
const ID = "integration-egress";

/** A singleton at a fixed id, any other is not found; the token stands for the list (both documented). */
export const getClientIpAllowlist = defineAction("get_client_ip_allowlist", ({ params, self }) => {
  const id = params["id"] ?? "";
  if (id !== ID) refuse("not_found", `An ip-allowlist with id ${id} does not exist.`);
  const attributes = {
    prefixes: PREFIXES,
    sync_token: hash("sha256", PREFIXES.join(" ")).slice(0, 16),
    created: "2026-01-15T00:00:00+00:00",
  };
  return { status: 200, body: { data: { type: "ip-allowlist", id, attributes, links: { self: `${self}/` } }, links: { self } } };
});
