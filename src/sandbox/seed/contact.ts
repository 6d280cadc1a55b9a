import type { ProfileRow } from "../resources/profile-rows.ts";
import { DAY_MS } from "./calendar.ts";
import type { Person } from "./person.ts";
import type { Place } from "./places.ts";
import type { Random } from "./random.ts";

const DOMAINS = ["example.com", "example.org", "example.net", "mail.example", "post.example", "inbox.example"] as const;

/** An address on a domain that can never receive anything; `isTaken` is asked before one is given. */
export function addressFor(
  { index, first, last }: Pick<Person, "index" | "first" | "last">,
  random: Random,
  isTaken: (email: string) => boolean,
): string {
  const form = random.below(10);
  const name =
    form < 6 ? `${first.ascii}.${last.ascii}` : form < 8 ? `${first.ascii.charAt(0)}${last.ascii}` : `${first.ascii}_${last.ascii}`;
  const domain = random.pick(DOMAINS);
  const plain = `${name}@${domain}`;
  return isTaken(plain) ? `${name}${index}@${domain}` : plain;
}

/** Hands out phone numbers of the ranges for fiction, each once. These are small: in a large shop most people have none. */
export function createPhoneBook(): (place: Place) => string | undefined {
  const given = new Map<string, number>();
  return ({ phones }) => {
    if (!phones) return undefined;
    const count = given.get(phones.start) ?? 0;
    const size = 10 ** phones.digits;
    if (count >= size) return undefined;
    given.set(phones.start, count + 1);
    return phones.start + String((count * 37 + 11) % size).padStart(phones.digits, "0");
  };
}

const ROASTS = ["Light", "Medium", "Dark", "Decaf"] as const;
const BREWS = ["Pour-over", "French press", "Espresso", "Cold brew", "Instant"] as const;
const INTERESTS = ["Coffee", "Camping", "Hiking", "Paddling", "Gifts", "Home"] as const;

/** Custom properties of somebody with this many orders. */
export function propertiesFor(orders: number, random: Random, nowMs: number): NonNullable<ProfileRow["properties"]> {
  const start = random.below(INTERESTS.length);
  const properties: NonNullable<ProfileRow["properties"]> = {
    "Favorite Roast": random.pick(ROASTS),
    Interests: [0, 2].map((step) => INTERESTS[(start + step) % INTERESTS.length] ?? "Coffee"),
  };
  if (random.chance(0.6)) properties["Brew Method"] = random.pick(BREWS);
  if (random.chance(0.45)) {
    const bornMs = nowMs - (20 + random.next() ** 1.3 * 55) * 365.25 * DAY_MS;
    properties["Birthday"] = new Date(bornMs).toISOString().slice(0, 10);
  }
  if (orders > 0) {
    properties["Loyalty Tier"] = orders >= 5 ? "Gold" : orders >= 2 ? "Silver" : "Bronze";
    properties["Loyalty Points"] = orders * 40 + random.below(40);
  }
  return properties;
}
