import { expect, it } from "vitest";
import { htmlToText } from "./html-text.ts";

it("gives what a reader sees, line by line, and where links go", () => {
  const page = `<html><head><title>t</title><style>p{}</style></head><body><!-- no --><h1>Hello &amp; welcome</h1>
    <p>Ten <b>percent</b> off at <a class="x" href="https://shop.example/sale">our shop</a>.</p><script>alert(1)</script><div hidden>Last&nbsp;line</div></body></html>`;
  expect(htmlToText(page)).toBe("Hello & welcome\nTen percent off at our shop (https://shop.example/sale).\nLast line");
});

it("keeps what is no markup, and ends where markup is not closed", () => {
  expect(htmlToText("1 < 2 and {{ first_name }} &unknown; &#x41;&#1114112;")).toBe("1 < 2 and {{ first_name }} &unknown; A&#1114112;");
  expect(htmlToText("seen <b>too <script>not")).toBe("seen too");
});

it("takes no longer for hostile pages", () => {
  const started = performance.now();
  htmlToText("<a ".repeat(50_000));
  htmlToText("<script>".repeat(50_000));
  expect(performance.now() - started).toBeLessThan(2000);
});
