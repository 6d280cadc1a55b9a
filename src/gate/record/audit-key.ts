import { generateKeyPairSync } from "node:crypto";
import { signMark, type Mark, type MarkKind, type SignedMark } from "../../store/audit-signature.ts";
import type { GateParts } from "../call.ts";
import { gatewayContext } from "./gateway-secrets.ts";

/** Signs marks of the record with the key of this store. */
export interface AuditSigner {
  /** Ed25519, 32 bytes in base64url: to be kept where whoever can write the store cannot write. */
  publicKey: string;
  sign(kind: MarkKind, mark: Mark & { at: number }): SignedMark;
}

const ID = "audit-signing";

/** The key pair of this store; made at the first start, its private part sealed. Error `store_corrupt` when it was changed. */
export async function openAuditSigner({ store, vault, clock }: Pick<GateParts, "store" | "vault" | "clock">): Promise<AuditSigner> {
  const row = (await store.secrets.ofGateway("audit-signing"))[0] ?? (await make());
  const open = (): { x: string; d: string } => JSON.parse(vault.open(row.sealed, gatewayContext(row)).reveal()) as { x: string; d: string };
  const publicKey = open().x;
  // Opened anew for each signature: the private part does not lie in memory in between.
  return { publicKey, sign: (kind, mark) => signMark(kind, mark, open()) };

  async function make() {
    const { x = "", d = "" } = generateKeyPairSync("ed25519").privateKey.export({ format: "jwk" });
    const context = { id: ID, version: 1 };
    const at = clock.now();
    return store.transaction(async (tables) => {
      // Of two first starts at once one makes the key.
      const [other] = await tables.secrets.ofGateway("audit-signing");
      if (other) return other;
      const made = {
        ...context,
        connection_id: null,
        purpose: "audit-signing" as const,
        sealed: vault.seal(JSON.stringify({ x, d }), gatewayContext(context)),
        created_at: at,
      };
      await tables.secrets.insert(made);
      await tables.audit.append({ at, event: "audit.key", fields: { public_key: x } });
      return made;
    });
  }
}
