import type { JsonObject } from "../../lib/json.ts";
import type { Context } from "../engine/context.ts";
import { applications } from "../resources/applications.ts";
import { PLAIN_EMAIL, textStyle } from "../resources/brand-looks.ts";
import {
  brandButtons,
  brandColors,
  brandEmailDefaults,
  brandLogos,
  brandSocialGroups,
  brandVoices,
  type BrandEmailDefaultRow,
} from "../resources/brand-rows.ts";
import { images } from "../resources/images.ts";
import { sendingDomains } from "../resources/sending-domain-rows.ts";
import { textConfigurations, textRegistrations, textSenders } from "../resources/text-messaging-rows.ts";
import type { CollectionDef } from "../state/collection.ts";
import { createIdentity, type Ids } from "../state/identity.ts";
import { seedMarketplace } from "./marketplace.ts";

export interface BrandSeed {
  seed: string;
  openedMs: number;
  hasShop: boolean;
  collections: ReadonlySet<CollectionDef<never>>;
}

const KIT: readonly CollectionDef<never>[] = [
  brandButtons,
  brandColors,
  brandEmailDefaults,
  brandLogos,
  brandSocialGroups,
  brandVoices,
  images,
];
const SENDING: readonly CollectionDef<never>[] = [sendingDomains, textConfigurations, textRegistrations, textSenders];

/** A new account has a plain look and no voice of its own (assumed); the shop has a brand kit, a sending domain and a number for texts. */
export function seedBrand(ctx: Context, { seed, openedMs, hasShop, collections }: BrandSeed): void {
  const ids = createIdentity(`${seed} brand`);
  const has = (all: readonly CollectionDef<never>[]): boolean => all.every((each) => collections.has(each));
  if (collections.has(applications)) seedMarketplace(ctx, ids, openedMs);
  if (has(KIT)) {
    ctx.rows(brandVoices).put({ id: ctx.accountId, version: "v1", ...(hasShop ? VOICE : { tone: [], patterns: [] }) });
    ctx.rows(brandEmailDefaults).put({ id: ctx.accountId, ...PLAIN_EMAIL, ...(hasShop && seedKit(ctx, ids, openedMs)) });
  }
  if (hasShop && has(SENDING)) seedSending(ctx, ids, openedMs);
}

const PINE = "#1f4d3a";
const PAPER = "#f4f1ea";
const INK = "#23302b";

const descriptor = (name: string, description: string): JsonObject => ({ name, description, user_modified: false });
const VOICE = {
  tone: [
    descriptor("Warm", "Speaks like the person behind the counter, by first name."),
    descriptor("Plain", "Short words before long ones, no exclamation marks."),
  ],
  patterns: [descriptor("Weather and water", "Begins with the day outside: fog, tide, first frost.")],
};

function seedKit(ctx: Context, ids: Ids, created: number): Partial<BrandEmailDefaultRow> {
  const image = ids.digits(9);
  ctx.rows(images).put({ id: image, name: "Logo", file: `${ids.uuid()}.png`, format: "png", sizeBytes: 18_412, updated: created });
  const home = "https://harbourandpine.example";
  const logo = { id: ids.digits(7), name: "Main logo", width: 200, height: 60, altText: "Harbour & Pine", linkUrl: home, image, created };
  ctx.rows(brandLogos).put(logo);
  const spacing = { padding_top: 12, padding_right: 20, padding_bottom: 12, padding_left: 20 };
  const border = { border_color: PINE, border_style: "solid", border_width: 1, is_border_active: true };
  const style = (color: string) => ({ background_color: color, border_radius: 4, box_shadow: "none", is_shadow_active: false });
  const plain = { border, spacing, previewHex: PAPER, created };
  const [main, quiet] = [
    { id: ids.digits(7), name: "Main", isPrimary: true, style: style(PINE), text: textStyle("#ffffff", 16, 600), ...plain },
    {
      id: ids.digits(7),
      name: "Quiet",
      isPrimary: false,
      style: style(PAPER),
      text: textStyle(PINE, 16, 600),
      ...plain,
      created: created + 1,
    },
  ];
  for (const button of [main, quiet]) ctx.rows(brandButtons).put(button);
  const colors = [
    { hex: PINE, name: "Pine" },
    { hex: PAPER, name: "Paper" },
    { hex: INK, name: "Ink" },
  ];
  ctx.rows(brandColors).put({ id: ids.digits(7), name: "Harbour", colors, created });
  const links = [
    { platform: "x_twitter", link_url: "https://x.example/harbourandpine" },
    { platform: "custom", link_url: `${home}/journal`, asset_id: null, asset_url: `${home}/journal.png`, width: 32, height: 32 },
  ];
  const group = { id: ids.digits(7), name: "Footer", links, created };
  ctx.rows(brandSocialGroups).put(group);
  return {
    body: { ...PLAIN_EMAIL.body, body_background_color: PAPER, text: textStyle(INK, 16), h1_text: textStyle(PINE, 36, 700) },
    header: { ...PLAIN_EMAIL.header, links: [{ text: "Shop", url: `${home}/products` }] },
    button: main.id,
    logo: logo.id,
    socialGroup: group.id,
  };
}

/** All of it was settled in the account's first days. */
function seedSending(ctx: Context, ids: Ids, created: number): void {
  const proof = ids.alphanumeric(6);
  const base = { purpose: "marketing", configuration: "static", status: "active" as const, proof, checks: 2, created, updated: created };
  ctx.rows(sendingDomains).put({ id: ids.digits(6), domain: "send.harbourandpine.example", host: ids.digits(7), found: 4, ...base });
  ctx.rows(textConfigurations).put({ id: ctx.accountId, prefix: "Harbour & Pine", created, updated: created });
  for (const country of ["US", "CA"]) {
    const [id, registration] = [ids.ulid(created), ids.ulid(created)];
    const verdict = "approve" as const;
    const decided = created + 10 * 60 * 1000;
    ctx.rows(textRegistrations).put({
      id: registration,
      sender: id,
      status: "approved",
      failures: [],
      verdict,
      created,
      updated: decided,
      decided,
    });
    ctx.rows(textSenders).put({ id, country, number: "+18335550142", status: "active", forwarding: null, registration, created });
  }
}
