import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  isArrayTypeNode,
  isIndexSignatureDeclaration,
  isInterfaceDeclaration,
  isPropertySignatureDeclaration,
  isTypeAliasDeclaration,
  isTypeOperatorNode,
  isTypeReferenceNode,
  type Node,
  type SourceFile,
  SyntaxKind,
} from 'typescript/unstable/ast';
import { API } from 'typescript/unstable/sync';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('../', import.meta.url));
const engine = join(root, 'src', 'engine');

/** Collections that whoever has them may change. */
const CHANGEABLE = new Set(['Array', 'Map', 'Set']);

interface Declared {
  readonly modifiers?: readonly { readonly kind: SyntaxKind }[] | undefined;
}

const has = (node: Declared, kind: SyntaxKind): boolean => node.modifiers?.some((each) => each.kind === kind) === true;

/** What of an exported type can be assigned to or changed in place, as `Type: text`. */
function changeable(source: SourceFile): readonly string[] {
  return source.statements.flatMap((statement) => {
    if (!isInterfaceDeclaration(statement) && !isTypeAliasDeclaration(statement)) return [];
    if (!has(statement, SyntaxKind.ExportKeyword)) return [];
    return findIn(statement).map((node) => `${statement.name.text}: ${textOf(source, node)}`);
  });
}

function findIn(node: Node, guarded = false): readonly Node[] {
  const found: Node[] = isChangeable(node, guarded) ? [node] : [];
  const below = isTypeOperatorNode(node) && node.operator === SyntaxKind.ReadonlyKeyword;
  node.forEachChild((child) => {
    found.push(...findIn(child, below));
    return undefined;
  });
  return found;
}

function isChangeable(node: Node, guarded: boolean): boolean {
  if (isPropertySignatureDeclaration(node) || isIndexSignatureDeclaration(node)) {
    return !has(node, SyntaxKind.ReadonlyKeyword);
  }
  if (isArrayTypeNode(node)) return !guarded;
  return isTypeReferenceNode(node) && CHANGEABLE.has(node.typeName.getText());
}

const textOf = (source: SourceFile, node: Node): string => source.text.slice(node.pos, node.end).trim();

test('what the engine hands out or takes is values: nothing in its exported types can be changed', () => {
  const api = new API({ cwd: root });
  try {
    const [project] = api.updateSnapshot({ openProjects: [join(root, 'tsconfig.json')] }).getProjects();
    const files = readdirSync(engine, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /(?<!\.test)\.ts$/.test(file),
    );
    const found = files.flatMap((file) => {
      const source = project?.program.getSourceFile(join(engine, file));
      if (source === undefined) throw new Error(`${file} is not part of the project`);
      return changeable(source).map((each) => `${file}: ${each}`);
    });
    expect(found).toEqual([]);
  } finally {
    api.close();
  }
});
