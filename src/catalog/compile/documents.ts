/** The part of an OpenAPI 3.0 document of Klaviyo's that the compiler reads. */
export interface OpenApiDocument {
  info: { version: string };
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: { schemas: Record<string, VendorSchema> };
}

export interface OpenApiOperation {
  operationId: string;
  tags: string[];
  parameters: OpenApiParameter[];
  description?: string;
  security?: Record<string, unknown>[];
  requestBody?: { required?: boolean; content: Record<string, { schema: VendorSchema }> };
  responses: Record<string, { content?: Record<string, { schema: VendorSchema }> }>;
  "x-klaviyo-ratelimit": { burst: string; steady: string; daily?: string } | null;
  "x-klaviyo-scopes": string[] | null;
  "x-klaviyo-subtag"?: string;
  "x-klaviyo-operation-aliases"?: string[];
  "x-klaviyo-filters"?: Record<string, { operators: Record<string, string[]>; value: { type: string; format?: string; enum?: string[] } }>;
}

export interface OpenApiParameter {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  schema: VendorSchema;
}

/** A schema of OpenAPI 3.0: JSON Schema of an older draft with `nullable`. */
export interface VendorSchema {
  $ref?: string;
  type?: string;
  nullable?: boolean;
  enum?: (string | number | boolean | null)[];
  format?: string;
  pattern?: string;
  properties?: Record<string, VendorSchema>;
  required?: string[];
  additionalProperties?: boolean | VendorSchema;
  items?: VendorSchema;
  oneOf?: VendorSchema[];
  anyOf?: VendorSchema[];
  allOf?: VendorSchema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  minProperties?: number;
  maxProperties?: number;
  default?: unknown;
}
