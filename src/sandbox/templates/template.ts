import {
  AssertionError,
  Context,
  Liquid,
  LiquidError,
  type Parser,
  Tag,
  toValueSync,
  type Emitter,
  type Template,
  type TagToken,
  type TopLevelToken,
} from "liquidjs";
import { HalyardError } from "../../lib/errors.ts";
import { templateFailure } from "./failure.ts";
import { PRINT, splitTemplate, type Piece } from "./lexer.ts";
import { createScope, type Host, type Scope } from "./scope.ts";
import type { Block, Draw, TagParser } from "./tag.ts";
import { TAGS } from "./tags.ts";
import type { Values } from "./values.ts";

const MAX_SOURCE_LENGTH = 5_000_000;
const MAX_OUTPUT_LENGTH = 10_000_000;
const MAX_RENDER_MS = 3000;
const MAX_DEPTH = 100;

/*
 * LiquidJS holds the blocks together and keeps the limits. What stands between the marks is not Liquid: {@link splitTemplate} cuts the
 * source as Django does, and LiquidJS gets each tag as `name number` between marks that no text contains. The number says where its arguments are.
 */
const OPEN = "\u0001";
const CLOSE = "\u0002";
const PRINT_NAME = "print_";

const scopes = new WeakMap<Context, Scope>();
const contexts = new WeakMap<Scope, Context>();

/**
 * Renders a template in Klaviyo's dialect of Django (behaviour.md §2.12). Throws `invalid_arguments`, with what is wrong as its violation,
 * for anything that Klaviyo answers with 400.
 */
export function renderTemplate(source: string, context: Values, host: Host): string {
  const pieces = splitTemplate(source);
  const liquid = new Liquid({
    tagDelimiterLeft: OPEN,
    tagDelimiterRight: CLOSE,
    outputDelimiterLeft: `${OPEN}${OPEN}`,
    outputDelimiterRight: CLOSE,
    parseLimit: MAX_SOURCE_LENGTH,
    renderLimit: MAX_RENDER_MS,
    memoryLimit: MAX_OUTPUT_LENGTH,
  });
  // Liquid's own tags must not shine through.
  for (const name of Object.keys(liquid.tags)) delete liquid.tags[name];
  const depth = { now: 0 };
  for (const [name, parse] of Object.entries(TAGS)) liquid.registerTag(liquidName(name), tagClass(parse, pieces, depth));
  try {
    const templates = liquid.parse(pieces.map(liquidText).join(""));
    const liquidContext = new Context({}, liquid.options, { sync: true });
    const take = (text: string): string => {
      liquidContext.memoryLimit.use(text.length);
      return text;
    };
    const scope = createScope(context, host, take);
    scopes.set(liquidContext, scope);
    contexts.set(scope, liquidContext);
    return drawAll(liquid, templates, scope);
  } catch (thrown) {
    return templateFailure(reasonOf(thrown));
  }
}

function drawAll(liquid: Liquid, templates: Template[], scope: Scope): string {
  return scope.take(String(toValueSync(liquid.renderer.renderTemplates(templates, contexts.get(scope) ?? new Context()))));
}

/** What was wrong with the template; a fault of ours goes on. */
function reasonOf(thrown: unknown): string {
  const cause = LiquidError.is(thrown) ? (thrown.originalError ?? thrown) : thrown;
  if (cause instanceof HalyardError) return cause.violations[0]?.message ?? cause.message;
  if (cause instanceof RangeError) return "The template is nested too deeply.";
  if (LiquidError.is(cause) || cause instanceof AssertionError) return cause.message;
  throw cause;
}

const liquidName = (name: string): string => (name === PRINT ? PRINT_NAME : name);

function liquidText(piece: Piece, i: number): string {
  if (piece.kind === "text") return piece.text.replaceAll(OPEN, "").replaceAll(CLOSE, "");
  if (piece.name !== PRINT && !Object.hasOwn(TAGS, piece.name) && !/^(end\w+|elif|else|empty)$/.test(piece.name)) {
    templateFailure(`Invalid block tag: '${piece.name}'.`);
  }
  return `${OPEN}${liquidName(piece.name)} ${i}${CLOSE}`;
}

type TagClass = new (token: TagToken, rest: TopLevelToken[], liquid: Liquid, parser: Parser) => Tag;

/** Ties one of our tags into LiquidJS: it parses itself when it is made, and draws itself when it is rendered. */
function tagClass(parse: TagParser, pieces: readonly Piece[], depth: { now: number }): TagClass {
  return class extends Tag {
    readonly #draw: Draw;

    constructor(token: TagToken, rest: TopLevelToken[], liquid: Liquid, parser: Parser) {
      super(token, rest, liquid);
      if (++depth.now > MAX_DEPTH) templateFailure("Blocks are nested too deeply.");
      this.#draw = parse(argumentsOf(token, pieces), blockReader(rest, liquid, parser, token.name, pieces));
      depth.now--;
    }

    render(context: Context, emitter: Emitter): void {
      const scope = scopes.get(context);
      if (scope) emitter.write(this.#draw(scope));
    }
  };
}

function argumentsOf(token: TagToken, pieces: readonly Piece[]): string {
  const piece = pieces[Number(token.args)];
  return piece?.kind === "tag" ? piece.args : "";
}

function blockReader(rest: TopLevelToken[], liquid: Liquid, parser: Parser, name: string, pieces: readonly Piece[]): Block {
  return {
    until(...ends) {
      const templates: Template[] = [];
      let last: TagToken | undefined;
      const stream = parser.parseStream(rest).on<Template>("template", (template) => void templates.push(template));
      for (const end of ends) {
        stream.on<TagToken>(`tag:${end}`, (token) => {
          last = token;
          stream.stop();
        });
      }
      stream.start();
      if (!last) return templateFailure(`Unclosed tag '${name}'. Looking for one of: ${ends.join(", ")}.`);
      const end = last;
      return {
        body: (scope) => drawAll(liquid, templates, scope),
        end: end.name,
        args: argumentsOf(end, pieces),
      };
    },
  };
}
