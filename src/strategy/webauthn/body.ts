import { bodyField, type Body } from '../../kernel/body.ts';

/** True when a submit has something in this field: browsers send every field of a form, empty ones too. */
export const brings = (body: Body, field: string): boolean => (bodyField(body, field) ?? '') !== '';
