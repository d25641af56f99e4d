/**
 * The part of the Standard Schema interface that Millrace uses. Zod, Valibot, ArkType and others implement it.
 *
 * @see https://standardschema.dev
 */
export interface StandardSchema<Input = unknown, Output = Input> {
  /** The schema's properties, under the name that the specification reserves. */
  readonly '~standard': {
    /** The version of the specification. */
    readonly version: 1
    /** The library that made the schema. */
    readonly vendor: string
    /** Checks a value. A schema that returns a promise is refused by Millrace. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>
    /** The schema's types; absent at run time. */
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** What a check returns: the output value, or the issues found. */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] }

/** One thing that a schema found wrong. */
export interface StandardIssue {
  /** What is wrong, for people. */
  readonly message: string
  /** Where in the value; keys from the outside in. */
  readonly path?: ReadonlyArray<PropertyKey | { readonly key: PropertyKey }> | undefined
}

/** The type that goes into a schema. */
export type SchemaInput<Schema> = Schema extends StandardSchema
  ? NonNullable<Schema['~standard']['types']>['input']
  : never

/** The type that comes out of a schema. */
export type SchemaOutput<Schema> = Schema extends StandardSchema
  ? NonNullable<Schema['~standard']['types']>['output']
  : never

/** Puts issues into one line: `price: expected a number; symbol: too short`. */
export function describeIssues(issues: readonly StandardIssue[]): string {
  return issues
    .map(({ path, message }) => {
      const where = path?.map((step) => String(typeof step === 'object' ? step.key : step)).join('.')
      return where ? `${where}: ${message}` : message
    })
    .join('; ')
}
