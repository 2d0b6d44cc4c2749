/** One try each of so many keys; the values of a row are the key and the end of its window. */
export const tryRows = (keys: number): string => Array.from({ length: keys }, () => '(?, 1, ?)').join(', ');
