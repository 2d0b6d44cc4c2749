/** Path of the built-in pages on the public listener. */
export const PAGES = '/ui';
