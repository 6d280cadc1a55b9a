/** What stands between the texts of a page. Each alternative also ends with the page, so that an unclosed one is read over once only. */
const MARKUP = /<!--[\s\S]*?(?:-->|$)|<(script|style|title|head)\b[\s\S]*?(?:<\/\1\s*>|$)|<[/!]?[a-z][^>]*(?:>|$)/gi;
const LINK = /^<a\b[^>]*?\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')/i;
/** Elements within a sentence: they do not end a line. */
const INLINE = /^<\/?(?:a|abbr|b|em|i|s|small|span|strong|sub|sup|u|font)\b/i;
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " " };

/** The text that a reader of a page sees, line by line, with the address of each link behind it. Nothing of the page is run or fetched. */
export function htmlToText(html: string): string {
  const links: string[] = [];
  const text = html.replaceAll(MARKUP, (tag) => {
    const link = LINK.exec(tag);
    if (link) links.push(link[1] ?? link[2] ?? "");
    if (/^<\/a\b/i.test(tag)) {
      const address = links.pop();
      return address === undefined || address === "" ? "" : ` (${address})`;
    }
    return INLINE.test(tag) ? "" : "\n";
  });
  return text
    .replaceAll(/&(#\d{1,7}|#x[\da-f]{1,6}|\w{2,6});/gi, decoded)
    .split("\n")
    .map((line) => line.replaceAll(/[ \t\u00a0]+/g, " ").trim())
    .filter((line) => line !== "")
    .join("\n");
}

function decoded(entity: string, name: string): string {
  if (!name.startsWith("#")) return ENTITIES[name.toLowerCase()] ?? entity;
  const point = /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  return point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff) ? String.fromCodePoint(point) : entity;
}
