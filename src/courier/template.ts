import { Eta } from 'eta/core';
import type { Issue } from '../kernel/issue.ts';
import type { JsonObject } from '../kernel/json.ts';
import { compileGoTemplate } from '../language/go-template/compile.ts';
import { TemplateFault } from '../language/go-template/lex.ts';
import { withoutComments } from '../language/go-template/markup.ts';
import { languagesOf } from './language.ts';
import { issueAt, readTemplateFiles } from './template-files.ts';
import type { Part, Rendered, TemplateParts } from './template-parts.ts';
import { accountExists } from './templates/account-exists.ts';
import { layout } from './templates/layout.ts';
import { loginCode } from './templates/login-code.ts';
import { addressChanged, factorChanged, newDevice, passwordChanged, recoveryUsed } from './templates/owner-notices.ts';
import { plugin } from './templates/plugin.ts';
import { recoveryCodeInvalid, recoveryCodeValid } from './templates/recovery-code.ts';
import { recoveryInvalid, recoveryValid } from './templates/recovery.ts';
import { registrationCode } from './templates/registration-code.ts';
import { verificationCodeInvalid, verificationCodeValid } from './templates/verification-code.ts';
import { verificationInvalid, verificationValid } from './templates/verification.ts';

/** Compiled templates: built in, or an operator's files in their place. */
export interface Templates {
  /** Throws where the type has no such part, or a replaced template fails. */
  render(template: Rendered, part: Part, data: JsonObject): string;
}

const BUILT_IN: Readonly<Record<Rendered, { readonly folder: string; readonly parts: TemplateParts }>> = {
  recovery_valid: { folder: 'recovery/valid', parts: recoveryValid },
  recovery_invalid: { folder: 'recovery/invalid', parts: recoveryInvalid },
  recovery_code_valid: { folder: 'recovery_code/valid', parts: recoveryCodeValid },
  recovery_code_invalid: { folder: 'recovery_code/invalid', parts: recoveryCodeInvalid },
  verification_valid: { folder: 'verification/valid', parts: verificationValid },
  verification_invalid: { folder: 'verification/invalid', parts: verificationInvalid },
  verification_code_valid: { folder: 'verification_code/valid', parts: verificationCodeValid },
  verification_code_invalid: { folder: 'verification_code/invalid', parts: verificationCodeInvalid },
  login_code_valid: { folder: 'login_code/valid', parts: loginCode },
  registration_code_valid: { folder: 'registration_code/valid', parts: registrationCode },
  account_exists: { folder: 'account_exists', parts: accountExists },
  notify_password_changed: { folder: 'notify_password_changed/valid', parts: passwordChanged },
  notify_address_changed: { folder: 'notify_address_changed/valid', parts: addressChanged },
  notify_factor_changed: { folder: 'notify_factor_changed/valid', parts: factorChanged },
  notify_recovery_used: { folder: 'notify_recovery_used/valid', parts: recoveryUsed },
  notify_new_device: { folder: 'notify_new_device/valid', parts: newDevice },
  plugin: { folder: 'plugin', parts: plugin },
};

/** A single part of `courier.templates`, read. */
export interface TemplateText {
  readonly folder: string;
  readonly part: Part;
  readonly text: string;
  readonly source: { readonly uri: string; readonly path: string; readonly place: Issue['place'] };
}

export interface TemplateSources {
  /** `courier.template_override_path` */
  readonly folder?: string | undefined;
  /** `courier.templates` */
  readonly texts?: readonly TemplateText[];
  /** The name of this service in mails: the host of the public URL. */
  readonly site?: string;
}

type Write = (data: JsonObject) => string;

/**
 * Compiles the built-in templates and, in their place, those of an operator: a text of `courier.templates` before a file of
 * the folder, there the language of the person before the file for all languages. Go templates and eta, by the ending of the
 * name. A template that cannot be used is an issue with file, line and column, never passed over.
 */
export function loadTemplates({ folder, texts = [], site = 'this service' }: TemplateSources = {}): {
  readonly templates: Templates;
  readonly issues: readonly Issue[];
  readonly warnings: readonly Issue[];
} {
  const eta = createEta();
  const builtIn = compileBuiltIn(eta);
  const files = compileFiles(folder, eta);
  const direct = compileTexts(texts, eta);
  const inLanguage = (key: string, data: JsonObject): Write | undefined => {
    if (files.writes.size === 0) return undefined;
    const language = languagesOf(data).find((each) => files.writes.has(`${key} ${each}`));
    return files.writes.get(`${key} ${language ?? '*'}`);
  };
  return {
    issues: [...files.issues, ...direct.issues],
    warnings: files.warnings,
    templates: {
      render(template, part, data) {
        const key = `${template} ${part}`;
        const write = direct.writes.get(key) ?? inLanguage(key, data) ?? builtIn.get(key);
        if (write === undefined) throw new Error(`The message ${template} has no ${part} template.`);
        const output = write({ ...data, site }).trim();
        // A line break in a subject would begin another header.
        if (part === 'subject') return output.replace(/[\s\p{Cc}]+/gu, ' ');
        return part === 'html' ? output : output.replace(/\n{3,}/g, '\n\n');
      },
    },
  };
}

type EtaCompiler = ReturnType<typeof createEta>;

/** Compiled templates by key, and those that cannot be used. */
interface Compiled {
  readonly writes: ReadonlyMap<string, Write>;
  readonly issues: readonly Issue[];
}

/** By template and part. */
function compileBuiltIn(eta: EtaCompiler): ReadonlyMap<string, Write> {
  const writes = new Map<string, Write>();
  for (const [template, { parts }] of Object.entries(BUILT_IN)) {
    for (const part of PARTS) {
      const source = parts[part];
      if (source !== undefined) writes.set(`${template} ${part}`, eta(part, source));
    }
  }
  return writes;
}

const TEMPLATE_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(BUILT_IN).map(([template, { folder }]) => [folder, template]),
);

/** The files of `courier.template_override_path`, by template, part and language; `*`: for all languages. */
function compileFiles(
  folder: string | undefined,
  eta: EtaCompiler,
): Compiled & { readonly warnings: readonly Issue[] } {
  if (folder === undefined) return { writes: new Map(), issues: [], warnings: [] };
  const { files, issues: unread, warnings } = readTemplateFiles(folder, new Set(TEMPLATE_OF.keys()));
  const issues: Issue[] = [...unread];
  const writes = new Map<string, Write>();
  for (const file of files) {
    const key = `${TEMPLATE_OF.get(file.folder) ?? ''} ${file.part} ${file.locale ?? '*'}`;
    if (writes.has(key)) issues.push(issueAt(file.path, 'a second template for the same part', 'keep one of the two'));
    try {
      const partials = file.partials.map(({ text }) => text);
      writes.set(key, compile(eta, file.language, file.part, file.text, partials));
    } catch (error) {
      // The other templates are still compiled, so that all issues are reported at once.
      const { path, line, column } = placeOf(error, [file, ...file.partials]);
      issues.push(issueAt(path, wordsOf(error), 'a template that can be used', line, column));
    }
  }
  return { writes, issues, warnings };
}

/** The texts of `courier.templates`, by template and part. */
function compileTexts(texts: readonly TemplateText[], eta: EtaCompiler): Compiled {
  const issues: Issue[] = [];
  const writes = new Map<string, Write>();
  for (const { folder, part, text, source } of texts) {
    const { uri, path, place } = source;
    const language = /\.eta(?:$|[?#])/.test(uri) ? 'eta' : 'go';
    if (language === 'eta' && /^https?:/.test(uri)) {
      const found = 'an eta template from the web, which would be code of somebody else';
      issues.push({ code: 'template', place, path, found, allowed: 'a Go template, or a file of your own' });
      continue;
    }
    try {
      writes.set(`${TEMPLATE_OF.get(folder) ?? ''} ${part}`, compile(eta, language, part, text, []));
    } catch (error) {
      // The other texts are still compiled, so that all issues are reported at once.
      const { line, column } = placeOf(error, [{ path: uri, text }]);
      const found = `line ${line}, column ${column} of the template: ${wordsOf(error)}`;
      issues.push({ code: 'template', place, path, found, allowed: 'a template that can be used' });
    }
  }
  return { writes, issues };
}

function compile(
  eta: EtaCompiler,
  language: 'eta' | 'go',
  part: Part,
  text: string,
  partials: readonly string[],
): Write {
  if (language === 'eta') {
    const write = eta(part, text);
    return part === 'html' ? (data) => withoutComments(write(data)) : write;
  }
  const other = text.indexOf('<%');
  if (other !== -1) throw new TemplateFault('this is an eta template: its name must end in .eta', other);
  return compileGoTemplate({ text, partials, html: part === 'html' });
}

const PARTS: readonly Part[] = ['subject', 'text', 'html', 'sms'];

function createEta(): (part: Part, source: string) => Write {
  const filterFunction = (value: unknown): string => String(value ?? '');
  const html = new Eta({ autoFilter: true, filterFunction, autoEscape: true });
  const text = new Eta({ autoFilter: true, filterFunction, autoEscape: false, autoTrim: false });
  html.loadTemplate('@layout', layout);
  return (part, source) => {
    const engine = part === 'html' ? html : text;
    const compiled = engine.compile(source);
    return (data) => engine.render(compiled, data);
  };
}

interface SourceText {
  readonly path: string;
  readonly text: string;
}

/** The file, line and column of a fault whose offset counts through several texts. */
function placeOf(error: unknown, texts: readonly SourceText[]): { path: string; line: number; column: number } {
  let at = error instanceof TemplateFault ? error.at : 0;
  for (const [i, { path, text }] of texts.entries()) {
    if (at > text.length && i < texts.length - 1) at -= text.length;
    else {
      const before = text.slice(0, at).split('\n');
      return { path, line: before.length, column: (before.at(-1) ?? '').length + 1 };
    }
  }
  return { path: '', line: 1, column: 1 };
}

function wordsOf(error: unknown): string {
  const [first = ''] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
  return error instanceof TemplateFault ? first : `it does not compile (${first})`;
}
