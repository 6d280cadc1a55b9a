import type { Context } from "../engine/context.ts";
import { linkId } from "../engine/declare.ts";
import { listMembers } from "../resources/lists.ts";
import type { CouponBook } from "./coupons.ts";
import { createPhoneBook } from "./contact.ts";
import type { Subscriptions } from "./custom-objects.ts";
import { createEventWriter, type EventWriter } from "./event-writer.ts";
import { fill } from "./fill.ts";
import type { ShopFlows } from "./flows.ts";
import type { ShopForms } from "./forms.ts";
import type { ShopLists } from "./lists.ts";
import type { Era } from "./person.ts";
import type { Place } from "./places.ts";
import { createRandom, type Random } from "./random.ts";
import type { Sent } from "./sent.ts";

/** The shop that people come to. */
export interface Crowd {
  ctx: Context;
  seed: string;
  era: Era;
  lists: ShopLists;
  /** Campaigns that went out, oldest first. */
  sent: readonly Sent[];
  flows: ShopFlows;
  forms: ShopForms;
  coupons: CouponBook;
  subscriptions: Subscriptions;
}

/** What making one person after the other needs. Each side of a life has random numbers of its own. */
export interface Making extends Crowd {
  streams: Record<"person" | "contact" | "consent" | "shopping" | "mail" | "flows" | "forms" | "reviews" | "extras", Random>;
  writer: EventWriter;
  phoneFor(place: Place): string | undefined;
}

export function startMaking(crowd: Crowd): Making {
  const stream = (purpose: string): Random => createRandom(`${crowd.seed} ${purpose}`);
  const streams = {
    person: stream("person"),
    contact: stream("contact"),
    consent: stream("consent"),
    shopping: stream("shopping"),
    mail: stream("mail"),
    flows: stream("flows"),
    forms: stream("forms"),
    reviews: stream("reviews"),
    extras: stream("extras"),
  };
  return { ...crowd, streams, writer: createEventWriter(crowd.ctx), phoneFor: createPhoneBook() };
}

export function addMember(ctx: Context, list: string, profile: string, at: number): void {
  fill(ctx.rows(listMembers), { id: linkId(list, profile), from: list, to: profile, at });
}
