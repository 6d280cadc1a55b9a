import { defineResource, toManyLinks } from "../../src/sandbox/engine/declare.ts";
import { textOf } from "../../src/sandbox/engine/input.ts";
import { listMembers } from "../../src/sandbox/resources/lists.ts";
import { defineCollection, type Row } from "../../src/sandbox/state/collection.ts";

export interface MinimalProfile extends Row {
  email: string;
  created: number;
}

export const minimalProfiles = defineCollection<MinimalProfile>("minimal_profiles", { unique: { email: (profile) => profile.email } });

/** Just enough of a profile to fill lists with, so that tests of the core do not depend on the real one. */
export const minimalProfile = defineResource<MinimalProfile>({
  type: "profile",
  path: "/api/profiles",
  collection: minimalProfiles,
  attributes: (profile) => ({ email: profile.email }),
  filters: { email: (profile) => profile.email, created: (profile) => profile.created },
  sorts: { email: (profile) => profile.email, created: (profile) => profile.created },
  relationships: { lists: toManyLinks("list", { links: listMembers, side: "to" }) },
  create: ({ attributes }, ctx) => ({ id: ctx.ids.ulid(ctx.now), email: textOf(attributes["email"]) ?? "", created: ctx.now }),
});
