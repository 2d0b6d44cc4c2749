import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { RULES, type Finding, type Severity } from './finding.ts';

/** Findings as SARIF 2.1.0 (OASIS), which code hosts show beside the lines. Files below `root` are named from there. */
export function sarif(findings: readonly Finding[], version: string, root: string): object {
  const ids = Object.keys(RULES);
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'sallyport check',
            version,
            rules: Object.entries(RULES).map(([id, text]) => ({ id, shortDescription: { text } })),
          },
        },
        results: findings.map((finding) => resultOf(finding, ids.indexOf(finding.id), root)),
      },
    ],
  };
}

const LEVEL: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'note' };

function resultOf({ id, severity, at, found, advice, trail }: Finding, ruleIndex: number, root: string): object {
  const location = {
    ...(at.place !== undefined && {
      physicalLocation: {
        artifactLocation: { uri: uriOf(at.place.file, root) },
        region: { startLine: at.place.line, startColumn: at.place.column },
      },
    }),
    logicalLocations: [{ fullyQualifiedName: at.path }],
  };
  return {
    ruleId: id,
    ruleIndex,
    level: LEVEL[severity],
    message: { text: `${at.path}: ${found}; ${advice}` },
    locations: [location],
    ...(trail !== undefined && {
      codeFlows: [
        {
          threadFlows: [
            {
              locations: trail.steps.map(({ event, to }) => ({
                location: {
                  message: { text: `${event} → ${to}` },
                  logicalLocations: [{ fullyQualifiedName: `${trail.flow}.${to}` }],
                },
              })),
            },
          ],
        },
      ],
    }),
  };
}

function uriOf(file: string, root: string): string {
  const relative = path.relative(root, path.resolve(root, file));
  if (relative.startsWith('..') || path.isAbsolute(relative)) return pathToFileURL(path.resolve(root, file)).href;
  return relative.split(path.sep).map(encodeURIComponent).join('/');
}
