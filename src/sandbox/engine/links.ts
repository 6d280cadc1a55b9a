/** `encodeURIComponent` plus what it leaves alone: the observed links write `equals%28messages.channel%2C%27email%27%29`. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** Address of a request as `links.self` repeats it: no trailing slash, everything in the query percent-encoded. */
export function requestUrl(origin: string, path: string, query: readonly (readonly [name: string, value: string])[]): string {
  const text = query.map(([name, value]) => `${encode(name)}=${encode(value)}`).join("&");
  return `${origin}${path}${text === "" ? "" : `?${text}`}`;
}

/** The same request at another cursor, which goes last. */
export function pageUrl(self: string, name: string, cursor: string): string {
  const [path = "", text = ""] = self.split("?");
  const kept = text.split("&").filter((part) => part !== "" && !part.startsWith(`${encode(name)}=`));
  return `${path}?${[...kept, `${encode(name)}=${encode(cursor)}`].join("&")}`;
}
