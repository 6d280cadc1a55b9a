/** One address for one page: no fragment, no slash at the end, host in lower case. Undefined for what is no web address. */
export function normalizedUrl(given: string): string | undefined {
  const text = given.trim();
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (!/^https?:$/.test(url.protocol) || url.username !== "" || url.password !== "") return undefined;
  return `${url.origin}${url.pathname.replace(/\/+$/, "")}${url.search}`;
}

/** Hosts that no crawler of the vendor's could reach: reserved names and private networks. All others answer, as nothing is fetched. */
const UNREACHABLE =
  /^(localhost|[^.]+|.*\.(localhost|invalid|internal|local)|(10|127|169\.254|192\.168|172\.(1[6-9]|2\d|3[01]))\..*|\[.*\])$/;

export function isUnreachable(url: string): boolean {
  return UNREACHABLE.test(new URL(url).hostname);
}
