/** A configuration with the pages in the box, none of its own. `selfservice`: what stands below that key, indented by two. */
export const pagesConfig = (selfservice: string): string => `
log: { level: warning }
identity:
  default_schema_id: person
  schemas: [{ id: person, url: 'file://<folder>/person.schema.json' }]
hashers: { argon2: { memory: 8MB, iterations: 1 } }
selfservice:
${selfservice}`;

/** The same on localhost: browsers make keys for no address, and trust no other name without TLS. */
export const localhostConfig = (selfservice: string): string =>
  `serve: { public: { base_url: 'http://localhost:<port>/' } }${pagesConfig(selfservice)}`;
