import { type Kysely, sql } from "kysely";

const STATEMENTS = [
  `create table before_images (
    call_id text not null primary key references calls (id), connection_id text not null references connections (id),
    undo_class text not null, sealed text, after_sealed text, kept_at bigint not null, until bigint not null,
    steps_done bigint not null, step_call text, steps_sealed text, undone_by text, undone_at bigint, erased_at bigint)`,
  `create index before_images_kept on before_images (until, call_id) where erased_at is null`,
  `create index before_images_by_connection on before_images (connection_id) where erased_at is null`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
}
