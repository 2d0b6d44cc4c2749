import type { PLUGIN_REQUEST, TemplateType } from './message.ts';

/** The parts of one message, as eta source; `it` holds the template data under the names of the wire. */
export interface TemplateParts {
  readonly subject: string;
  readonly text: string;
  /** Wrapped into the layout unless an operator replaced it. */
  readonly html: string;
  readonly sms?: string;
}

export type Part = keyof TemplateParts;
/** The messages that have templates. */
export type Rendered = Exclude<TemplateType, typeof PLUGIN_REQUEST>;
