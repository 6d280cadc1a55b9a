import type { SecretRow } from "../../store/tables/secrets.ts";
import type { SealContext } from "../../vault/envelope.ts";

/** What a secret of the gateway itself is sealed with: its id stands for its purpose, so one cannot take the place of another. */
export function gatewayContext({ id, version }: Pick<SecretRow, "id" | "version">): SealContext {
  return { connection: "", account: "", purpose: id, version };
}
