import type { Value, Values } from "./values.ts";

/** What a rendering knows of the account around it. */
export interface Host {
  nowMs: number;
  /** IANA name: `today`, `now` and `current_*` use the account's zone (behaviour.md §2.12). */
  zone: string;
  currency: string;
  locale: string;
  links: {
    unsubscribe: string;
    preferences: string;
    webView: string;
    updateProperty(property: string, value: string, target: string): string;
  };
  /** `title`, `url`, `featured_image`, `metadata`, `categories` …; undefined when there is no such item. */
  catalogItem(id: string, options: Readonly<Record<string, string>>): Values | undefined;
  /** A code of the coupon, or undefined when there is none. */
  couponCode(name: string): string | undefined;
  /** The records of an object type. */
  customObjects(typeTitle: string): readonly Values[];
}

/** Variables and switches while a template is rendered. */
export interface Scope {
  readonly host: Host;
  /** Whether printed text is HTML-escaped. */
  escapes: boolean;
  get(name: string): Value;
  /** Sets a variable for the rest of the innermost block. */
  set(name: string, value: Value): void;
  /** Runs `work` with further variables, which are gone afterwards. */
  within<T>(names: Values, work: () => T): T;
  /** What a tag remembers from one pass to the next; `tag` is the key. */
  readonly memory: Map<object, unknown>;
  /** Counts output against the limit. */
  take(text: string): string;
}

/** Makes the scope of one rendering. `take` throws when there is too much output. */
export function createScope(context: Values, host: Host, take: (text: string) => string): Scope {
  const layers: Map<string, Value>[] = [new Map(Object.entries({ True: true, False: false, None: null, ...context }))];
  return {
    host,
    escapes: true,
    memory: new Map(),
    take,
    get: (name) => layers.findLast((layer) => layer.has(name))?.get(name),
    set: (name, value) => void layers.at(-1)?.set(name, value),
    within(names, work) {
      layers.push(new Map(Object.entries(names)));
      try {
        return work();
      } finally {
        layers.pop();
      }
    },
  };
}
