/**
 * What stands between the texts of a page. Each alternative also ends with the page, so that an unclosed one is read over once only; marks of
 * the template language are no part of this and stay in their text.
 */
const MARKUP = /<!--[\s\S]*?(?:-->|$)|<(script|style|title)\b[\s\S]*?(?:<\/\1\s*>|$)|<[/!]?[a-z][^>]*(?:>|$)/gi;
/** Elements within a sentence: they do not end a text. */
const INLINE = /^<\/?(?:a|abbr|b|em|i|s|small|span|strong|sub|sup|u)\b/i;
const MARKS_ALONE = /^(?:\s|&nbsp;|\{\{[^{}]*\}\}|\{%[^{}]*%\})*$/;

/** The texts that a reader of the page sees, in their order, each once. Marks of the template language alone are no text. */
export function htmlTexts(html: string): string[] {
  const texts = new Set<string>();
  let text = "";
  let from = 0;
  const end = (): void => {
    const shown = text.replaceAll(/\s+/g, " ").trim();
    if (!MARKS_ALONE.test(shown.replaceAll(/<[^>]*>/g, ""))) texts.add(shown);
    text = "";
  };
  for (const found of html.matchAll(MARKUP)) {
    text += html.slice(from, found.index);
    from = found.index + found[0].length;
    if (INLINE.test(found[0])) text += found[0];
    else end();
  }
  text += html.slice(from);
  end();
  return [...texts];
}
