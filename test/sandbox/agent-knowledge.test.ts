import { afterEach, beforeEach, describe, expect } from "vitest";
import type { JsonObject } from "../../src/lib/json.ts";
import { openAgents, refusalsOf, saidIn, type Agents } from "./agents.ts";
import { attributesOf, idOf } from "./people.ts";
import { behaviour } from "./provenance.ts";

let account: Agents;
beforeEach(async () => {
  account = await openAgents();
});
afterEach(async () => {
  expect(account.log).toEqual([]);
  await account.close();
});

const spec = (operation: string) => ({ as: "documented", from: `openapi/beta-2026-07-15.pre.json ${operation}` }) as const;
const assumed = { as: "assumed", from: "behaviour.md §2.20" } as const;

const snippet = (title: string, content: string) =>
  account.create("agent-knowledge", { source: { source_type: "snippet", title, content } });
const page = (url: string, more: JsonObject = {}) =>
  account.create("agent-knowledge", { source: { source_type: "webpage", url, ...more } });
const status = async (id: string) => (await account.read("agent-knowledge", id))["status"];
const upload = async (name: string, content: string, title = "A file"): Promise<{ status: number; body: JsonObject; id: string }> => {
  const form = new FormData();
  form.append("title", title);
  form.append("file", new Blob([content]), name);
  const headers = { authorization: `Klaviyo-API-Key ${account.keys.full}`, revision: "2026-07-15.pre" };
  const response = await fetch(`${account.url}/api/agent-knowledge-files`, { method: "POST", body: form, headers });
  const body = (await response.json()) as JsonObject;
  return { status: response.status, body, id: String((body["data"] as JsonObject | undefined)?.["id"] ?? "") };
};

describe("agent knowledge", () => {
  behaviour("is there at once, and pending, indexing and indexed as time goes by", spec("create_agent_knowledge_beta"), async () => {
    const made = await snippet("Shipping", "Two to four days.");
    const id = idOf(made);
    expect([made.status, attributesOf(made)["status"], attributesOf(made)["indexed_at"]]).toEqual([201, "pending", null]);
    account.control.advance(1000);
    expect(await status(id)).toBe("indexing");
    account.control.advance(5000);
    expect(await account.read("agent-knowledge", id)).toEqual({
      source: { source_type: "snippet", title: "Shipping", content: "Two to four days." },
      status: "indexed",
      created_at: "2026-07-15T10:00:00+00:00",
      updated_at: "2026-07-15T10:00:00+00:00",
      indexed_at: "2026-07-15T10:00:06+00:00",
      error: null,
    });
  });

  behaviour("holds a page once, whatever way its address is written", spec("create_agent_knowledge_beta"), async () => {
    const made = await page("https://Shop.example/About/#team");
    expect(attributesOf(made)["source"]).toEqual({
      source_type: "webpage",
      url: "https://shop.example/About",
      scope: "single-page",
      auto_reindex: false,
    });
    const again = await Promise.all([page("https://shop.example:443/About"), page("https://shop.example/About/")]);
    expect(refusalsOf(again)).toEqual(again.map(() => [409, "/data/attributes/source/url"]));
    expect((await page("https://shop.example/about")).status).toBe(201);
    await account.call(`DELETE /api/agent-knowledge/${idOf(made)}`);
    expect((await page("https://shop.example/About")).status).toBe(201);
  });

  behaviour(
    "takes a snippet with a title and content, or a page with a web address",
    spec("AgentKnowledgeCreateRequestRequest"),
    async () => {
      const bad = [await snippet(" ", "x"), await snippet("x", ""), await page("ftp://shop.example"), await page("not an address")];
      expect(refusalsOf(bad)).toEqual([
        [400, "/data/attributes/source/title"],
        [400, "/data/attributes/source/content"],
        [400, "/data/attributes/source/url"],
        [400, "/data/attributes/source/url"],
      ]);
      expect((await account.create("agent-knowledge", { source: { source_type: "snippet", title: "x" } })).status).toBe(400);
      expect((await account.create("agent-knowledge", { source: { source_type: "file", title: "x" } })).status).toBe(400);
    },
  );

  behaviour(
    "is indexed anew when the content of a snippet changes, and not for its title",
    spec("update_agent_knowledge_beta"),
    async () => {
      const id = await account.learn("Shipping", "Two days.");
      const change = (attributes: JsonObject) => account.patch("agent-knowledge", id, attributes);
      expect(attributesOf(await change({ title: "Delivery", content: null }))["status"]).toBe("indexed");
      expect(attributesOf(await change({ content: "Three days." }))).toMatchObject({
        source: { title: "Delivery", content: "Three days." },
        status: "pending",
        indexed_at: null,
      });
      account.control.advance(3000);
      // The first run began before this change, so that its end is not the end of the second.
      await change({ content: "Four days." });
      account.control.advance(3500);
      expect(await status(id)).toBe("indexing");
      account.control.advance(2500);
      expect(await status(id)).toBe("indexed");
    },
  );

  behaviour("of pages and files cannot be edited", assumed, async () => {
    const ids = [idOf(await page("https://shop.example")), (await upload("a.txt", "text")).id];
    for (const id of ids) {
      const answers = [
        await account.patch("agent-knowledge", id, { title: "x" }),
        await account.patch("agent-knowledge", id, { content: "x" }),
      ];
      expect(refusalsOf(answers)).toEqual([
        [400, "/data/attributes/title"],
        [400, "/data/attributes/content"],
      ]);
    }
  });

  behaviour("fails for an address that nobody could fetch, and says why", assumed, async () => {
    const ids = [];
    for (const url of ["http://localhost:8080/x", "https://10.1.2.3/", "https://shop.invalid/faq", "https://shop.example/faq"])
      ids.push(idOf(await page(url)));
    account.control.advance(10_000);
    const read = await Promise.all(ids.map((id) => account.read("agent-knowledge", id)));
    expect(read.map((each) => [each["status"], each["error"]])).toEqual([
      ["failed", "The page could not be fetched."],
      ["failed", "The page could not be fetched."],
      ["failed", "The page could not be fetched."],
      ["indexed", null],
    ]);
  });

  behaviour("of a page that is read periodically is indexed again after a week", assumed, async () => {
    const [once, renewed] = [
      idOf(await page("https://shop.example/a")),
      idOf(await page("https://shop.example/b", { auto_reindex: true })),
    ];
    account.control.advance(6000 + 7 * 86_400_000);
    expect([await status(once), await status(renewed)]).toEqual(["indexed", "indexing"]);
    account.control.advance(5000);
    expect([await account.read("agent-knowledge", once), await account.read("agent-knowledge", renewed)]).toMatchObject([
      { status: "indexed", indexed_at: "2026-07-15T10:00:06+00:00" },
      { status: "indexed", indexed_at: "2026-07-22T10:00:11+00:00" },
    ]);
  });

  behaviour("is listed with the newest first", spec("list_agent_knowledge_beta"), async () => {
    const ids = [await account.learn("a", "x"), await account.learn("b", "x"), await account.learn("c", "x")];
    expect(await account.ids("agent-knowledge")).toEqual(ids.toReversed());
    expect(await account.ids("agent-knowledge?sort=-id")).toEqual(ids.toSorted().toReversed());
    expect(await account.ids("agent-knowledge?page[size]=1")).toEqual(ids.slice(2));
  });

  behaviour("is forgotten on the next turn when it is deleted; what was said stays", spec("delete_agent_knowledge_beta"), async () => {
    const id = await account.learn("Gift wrapping", "We wrap gifts in linen.");
    const first = await account.ask("Do you offer gift wrapping?");
    expect(saidIn(first)).toContain("We wrap gifts in linen.");
    expect((await account.call(`DELETE /api/agent-knowledge/${id}`)).status).toBe(204);
    expect((await account.call(`GET /api/agent-knowledge/${id}`)).status).toBe(404);
    expect(saidIn(await account.ask("Do you offer gift wrapping?"))).not.toContain("linen");
    const kept = await account.call(`GET /api/customer-agent-conversations/${idOf(first)}/customer-agent-messages`);
    expect(kept.text).toContain("We wrap gifts in linen.");
  });
});

describe("files of agent knowledge", () => {
  behaviour("become knowledge that answers are made of", spec("create_agent_knowledge_file_beta"), async () => {
    const made = await upload("sizes.txt", "Our beanies fit heads from 54 to 60 centimetres.", "Beanie sizes");
    expect([made.status, await account.read("agent-knowledge", made.id)]).toMatchObject([
      201,
      { status: "pending", source: { source_type: "file", title: "Beanie sizes" } },
    ]);
    account.control.advance(10_000);
    expect(saidIn(await account.ask("Which head sizes do beanies fit?"))).toContain("54 to 60 centimetres");
  });

  behaviour("of kinds that hold no text are rejected, and damaged documents fail", assumed, async () => {
    const made = [
      await upload("a.png", "x"),
      await upload("a.pdf", "not one"),
      await upload("a.pdf", "%PDF-1.7"),
      await upload("a.docx", "PK"),
    ];
    account.control.advance(10_000);
    const read = await Promise.all(made.map(({ id }) => account.read("agent-knowledge", id)));
    expect(read.map((each) => [each["status"], each["error"]])).toEqual([
      ["rejected", null],
      ["failed", "The file is not a readable PDF document."],
      ["indexed", null],
      ["indexed", null],
    ]);
  });

  behaviour("need a title and something in them", assumed, async () => {
    const bad = [await upload("a.txt", "x", " "), await upload("a.txt", "")];
    expect(bad.map((each) => each.status)).toEqual([400, 400]);
    expect(await account.ids("agent-knowledge")).toEqual([]);
  });
});
