const LONGEST = 256;

/** True when a password resembles the identifier: few edits apart, or sharing more than half of it (security PW-10). */
export function similar(password: string, identifier: string): boolean {
  const a = password.toLowerCase();
  const b = identifier.toLowerCase();
  if (a.length > LONGEST || b.length > LONGEST || a === '' || b === '') return false;
  return distance(a, b) < 5 || commonSubstring(a, b) / a.length > 0.5;
}

/** Levenshtein's, in two rows. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

function commonSubstring(a: string, b: string): number {
  let longest = 0;
  let row = Array.from({ length: b.length + 1 }, () => 0);
  for (let i = 1; i <= a.length; i += 1) {
    const next = Array.from({ length: b.length + 1 }, () => 0);
    for (let j = 1; j <= b.length; j += 1) {
      if (a[i - 1] !== b[j - 1]) continue;
      const length = (row[j - 1] ?? 0) + 1;
      next[j] = length;
      longest = Math.max(longest, length);
    }
    row = next;
  }
  return longest;
}
