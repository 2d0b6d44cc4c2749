/** A code as it was sent: what people copy has blanks and dashes in it. */
export const codeTyped = (text: string | undefined): string =>
  (text ?? '').replace(/[\s\u00AD\u200B-\u200D\uFEFF\p{Pd}]+/gu, '');
