import { always, bodyId, type Override } from "./override.ts";

const PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";
const TEMPLATE = { html: "<html><body>Hi</body></html>", definition: undefined };
const FORM = { versions: [{ steps: [{ columns: [{ rows: [] }] }], type: "popup" }] };

/** Templates, images, flows, forms, reviews. */
export const CONTENT_VALUES: Record<string, Override> = {
  create_template: always("the kinds of editor are not an enum, and a definition belongs to another kind", {
    ...TEMPLATE,
    editor_type: "CODE",
  }),
  update_template: always("a definition is for templates of another editor", TEMPLATE),
  render_template: bodyId("template"),
  clone_template: bodyId("template"),
  upload_image_from_url: always("the address must be that of an image", { import_from_url: "https://example.com/x.png" }),
  upload_image_from_file: always("the bytes must be those of an image", { file: PIXEL }),
  create_flow: {
    because: "actions name each other by ids of the definition's own",
    async args({ ids }) {
      const message = { subject_line: "Welcome", from_email: "shop@example.com", from_label: "Shop" };
      const actions = [{ temporary_id: "first", type: "send-email", links: { next: null }, data: { message, status: "draft" } }];
      return { definition: { triggers: [{ type: "list", id: await ids.one("list") }], entry_action_id: "first", actions } };
    },
  },
  update_flow: always("the statuses are not an enum", { status: "manual" }),
  update_flow_action: {
    because: "an action keeps its type, and names itself",
    async args({ ids }) {
      const id = await ids.fresh("flow-action");
      return { id, definition: { id, type: "send-email", data: { message: { subject_line: "Welcome back" }, status: "draft" } } };
    },
  },
  create_form: always("a definition brings no ids, and its parts fit each other", { definition: FORM, ab_test: false }),
  create_client_review: {
    because: "a review is of a product, and an order is not a resource of the API",
    args: () => ({ review_type: "review", rating: 5, order: undefined, product: { external_id: "mug", integration_key: "shopify" } }),
  },
  get_client_review_values_reports: always("the statistics are not an enum", { statistics: "average_rating" }),
  get_client_ip_allowlist: always("the one list has a fixed id", { id: "integration-egress" }),
};
