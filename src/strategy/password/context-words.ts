/** Characters that people write in the place of letters. `l` and `1` stand for `i`, in words and passwords alike. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '!': 'i',
  l: 'i',
  '3': 'e',
  '4': 'a',
  '@': 'a',
  '5': 's',
  $: 's',
  '7': 't',
};
const LETTER = /^\p{L}$/u;

/** Fewer letters occur in other words by chance. */
const SHORTEST_WORD = 3;
const SHORTEST_LABEL = 4;

/** What is compared of a text: letters and what stands for them; everything else separates nothing and is left out. */
function compared(text: string): readonly { readonly letter: string; readonly written: boolean }[] {
  return [...text.normalize('NFKC').toLowerCase()].flatMap((each) => {
    const written = LETTER.test(each);
    const letter = STANDS_FOR[each] ?? (written ? each : '');
    return letter === '' ? [] : [{ letter, written }];
  });
}

/** The letters of a word, as they are looked for in passwords. */
export const lettersOf = (word: string): string =>
  compared(word)
    .map(({ letter }) => letter)
    .join('');

/** True for a word that is looked for: shorter ones are in every other password. */
export const isLookedFor = (word: string): boolean => [...lettersOf(word)].length >= SHORTEST_WORD;

/** The words that a password of this service is not made of: those of the configuration, the product's, the host's. */
export function contextWords(
  configured: readonly string[],
  { product, baseUrl }: { readonly product: string; readonly baseUrl: string },
): readonly string[] {
  const labels = (URL.parse(baseUrl)?.hostname ?? '').split(/[.-]/);
  const own = [product, ...labels].filter((label) => [...lettersOf(label)].length >= SHORTEST_LABEL);
  return [...new Set([...configured.filter(isLookedFor), ...own].map(lettersOf))];
}

/**
 * True when at least half of a password's letters belong to such words (ASVS 6.2.11): `Acme-2026!` and `r0cketacme`, and not
 * a phrase in which one of them stands.
 */
export function madeOf(password: string, words: readonly string[]): boolean {
  const text = compared(password);
  const longestFirst = words.map((word) => [...word]).toSorted((a, b) => b.length - a.length);
  let found = 0;
  let others = 0;
  for (let i = 0; i < text.length;) {
    const word = longestFirst.find((each) => each.every((letter, n) => text[i + n]?.letter === letter));
    if (word === undefined && text[i]?.written === true) others += 1;
    found += word?.length ?? 0;
    i += word?.length ?? 1;
  }
  return found > 0 && found >= others;
}
