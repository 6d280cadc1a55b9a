export type TemplateName = keyof typeof BODIES;

const GREETING = "<p>Hi {{ first_name|default:'there' }},</p>";
const SHOP = "https://harbourandpine.example";

function button(text: string, path: string): string {
  return `<p><a href="${SHOP}/${path}" style="background:#1f4d3a;color:#fff;padding:12px 20px;text-decoration:none">${text}</a></p>`;
}

/** What stands between head and foot, by the template's name. */
export const BODIES = {
  "Monthly letter": `${GREETING}<p>Low tide, warm roaster: here is what happened on the quay in {% current_month_name %}.</p><h2>From the back room</h2><p>Two new lots are resting. We taste them on Thursday and tell you which one stays.</p>${button("Read the letter", "journal")}`,
  Welcome: `${GREETING}<p>Thank you for coming aboard. We roast on Tuesdays and pack the same afternoon.</p><p>Your first parcel ships free with the code at the end of this letter.</p>${button("Find your roast", "coffee")}`,
  "Seasonal sale": `${GREETING}<p>For three days the winter shelf is 20 % lower. Blankets, beanies and everything made of wool.</p>{% if person|lookup:'Loyalty Tier' == 'Gold' %}<p>Gold members have free shipping on top.</p>{% endif %}${button("See the shelf", "sale")}`,
  "New roast": `${GREETING}<p>A new single origin is in the hopper. Notes of plum, cocoa and cedar; small lot, 140 bags.</p>{% if person|lookup:'Favorite Roast' %}<p>You told us you like a {{ person|lookup:'Favorite Roast'|lower }} roast, so start with the filter grind.</p>{% endif %}${button("Taste it", "coffee/single-origin")}`,
  "Trail guide": `${GREETING}<p>Six miles, two views, one thermos. This month's walk follows the old ferry road.</p><ol><li>Start at the lime kiln.</li><li>Keep the water on your left.</li><li>Stop where the pines open.</li></ol>${button("Download the map", "trails")}`,
  "VIP early access": `${GREETING}<p>You get the keys a day before everybody else. The page below is only in this letter.</p>${button("Open the early shelf", "early")}<p>Your tier: {{ person|lookup:'Loyalty Tier'|default:'Bronze' }}</p>`,
  "Gift guide": `${GREETING}<p>Boxes under 60 dollars, boxes over 60 dollars, and one for the person who has a tent already.</p>${button("Choose a box", "gifts")}<p>Order by December 16 for the holidays.</p>`,
  "We miss you": `${GREETING}<p>It has been a while. The kettle still knows you.</p><p>Here is a bag on the house with your next order.</p>${button("Come back", "coffee")}`,
  "Our story": `${GREETING}<p>In 2019 we took over a boat shed and a roaster from 1961. One of the two leaked.</p><p>Since then we roast on Tuesdays, and hang on the wall what we use ourselves.</p>${button("Who we are", "journal/story")}`,
  "Welcome gift": `${GREETING}<p>Your first parcel is 10 % lighter on the purse with <strong>{% coupon_code 'WELCOME10' %}</strong>, for thirty days.</p>${button("Use it", "coffee")}`,
  "Left in the cart": `${GREETING}<p>Somebody called you away, and the cart is still standing in the aisle. We have kept it.</p>${button("Back to the cart", "cart")}`,
  "Cart, last call": `${GREETING}<p>Tomorrow we put things back on the shelf. If something held you up, answer this letter: one of us reads it.</p>${button("Finish the order", "cart")}`,
  "You looked at this": `${GREETING}<p>You looked at {{ event.ProductName|default:'something' }} for a while. Here is what people say of it who have one.</p>${button("Look again", "products")}`,
  "First order": `${GREETING}<p>Thank you for your first order. It is on the packing table, and you get a number once it leaves.</p>${button("How to brew it", "journal/brewing")}`,
  "Another order": `${GREETING}<p>You again: good. The parcel gets a handful of something from the new lot.</p>${button("Your orders", "account")}`,
  "How is it": `${GREETING}<p>Two weeks on, how is it? Three lines help the next one who stands before the shelf.</p>${button("Write three lines", "reviews/new")}`,
  "Win-back gift": `${GREETING}<p>Come by once more: <strong>{% coupon_code 'WINBACK20' %}</strong> takes 20 % off, and the coffee is fresher than in your memory.</p>${button("Come back", "coffee")}`,
  Birthday: `${GREETING}<p>Happy birthday from the quay. With <strong>{% coupon_code 'BIRTHDAY15' %}</strong> the cake needs no baking.</p>${button("Choose something", "gifts")}`,
  "Back on the shelf": `${GREETING}<p>{{ event.ProductName|default:'What you waited for' }} is back. We told you first; the shelf is not deep.</p>${button("To the shelf", "products")}`,
  "Lower price": `${GREETING}<p>Something that you looked at costs less since this morning.</p>${button("See it", "sale")}`,
  "VIP thanks": `${GREETING}<p>Five orders make a regular. There is a mug with your name on the shelf behind the counter.</p>${button("Your tier", "account")}`,
  "Plain note": `${GREETING}<p>A short one from the two of us: thank you.</p><p>Ines and Tobias, Harbour &amp; Pine</p>`,
} as const;
