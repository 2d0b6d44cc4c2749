import { readdirSync, readFileSync, type Dirent } from 'node:fs';
import { join, relative } from 'node:path';
import { Eta, type TemplateFunction } from 'eta/core';
import type { Issue } from '../kernel/issue.ts';
import type { JsonObject } from '../kernel/json.ts';
import type { TemplateType } from './message.ts';
import { accountExists } from './templates/account-exists.ts';
import { layout } from './templates/layout.ts';
import { loginCode } from './templates/login-code.ts';
import { plugin } from './templates/plugin.ts';
import { recoveryCodeInvalid, recoveryCodeValid } from './templates/recovery-code.ts';
import { recoveryInvalid, recoveryValid } from './templates/recovery.ts';
import { registrationCode } from './templates/registration-code.ts';
import { verificationCodeInvalid, verificationCodeValid } from './templates/verification-code.ts';
import { verificationInvalid, verificationValid } from './templates/verification.ts';

/** The parts of one message, as eta source. What they may use is `it`, by the wire's names of template data. */
export interface TemplateParts {
  readonly subject: string;
  readonly text: string;
  /** Wrapped into the layout unless an operator replaced it. */
  readonly html: string;
  readonly sms?: string;
}

export type Part = keyof TemplateParts;
export type Rendered = Exclude<TemplateType, 'web_hook'>;

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
  plugin: { folder: 'plugin', parts: plugin },
};

const FILES: Readonly<Record<string, Part>> = {
  'email.subject.eta': 'subject',
  'email.body.plaintext.eta': 'text',
  'email.body.eta': 'html',
  'sms.body.eta': 'sms',
};

/**
 * Compiles what is built in and, in its place, `<folder>/<template>/<part>.eta` (`courier.template_override_path`). A
 * file that cannot be used is an issue, never passed over; Go templates (`.gotmpl`) are not evaluated and say so.
 */
export function loadTemplates(folder: string | undefined): {
  readonly templates: Templates;
  readonly issues: readonly Issue[];
} {
  const issues: Issue[] = [];
  const filterFunction = (value: unknown): string => String(value ?? '');
  const engines = {
    html: new Eta({ autoFilter: true, filterFunction, autoEscape: true }),
    text: new Eta({ autoFilter: true, filterFunction, autoEscape: false, autoTrim: false }),
  };
  engines.html.loadTemplate('@layout', layout);

  const compiled = new Map<string, TemplateFunction>();
  const compile = (template: string, part: Part, source: string): void => {
    const eta = part === 'html' ? engines.html : engines.text;
    compiled.set(`${template} ${part}`, eta.compile(source));
  };
  for (const [template, { parts }] of Object.entries(BUILT_IN)) {
    for (const part of PARTS) {
      const source = parts[part];
      if (source !== undefined) compile(template, part, source);
    }
  }
  if (folder !== undefined) replace(folder);

  return {
    issues,
    templates: {
      render(template, part, data) {
        const found = compiled.get(`${template} ${part}`);
        if (found === undefined) throw new Error(`The message ${template} has no ${part} template.`);
        const eta = part === 'html' ? engines.html : engines.text;
        const output = eta.render(found, data).trim();
        // A line break in a subject would begin another header.
        if (part === 'subject') return output.replace(/[\s\p{Cc}]+/gu, ' ');
        return part === 'html' ? output : output.replace(/\n{3,}/g, '\n\n');
      },
    },
  };

  function replace(root: string): void {
    const byFolder = new Map(Object.entries(BUILT_IN).map(([template, { folder: name }]) => [name, template]));
    for (const file of filesBelow(root, issues)) {
      const slash = file.lastIndexOf('/');
      const template = byFolder.get(file.slice(0, Math.max(slash, 0)));
      const part = FILES[file.slice(slash + 1)];
      if (file.endsWith('.gotmpl')) {
        issues.push(
          issue(root, file, 'a Go template, which is not evaluated', 'write it as an eta template, .eta, or remove it'),
        );
      } else if (template === undefined || part === undefined) {
        const allowed = `<template>/{${Object.keys(FILES).join(', ')}}, with the templates ${[...byFolder.keys()].join(', ')}`;
        issues.push(issue(root, file, 'no message uses this file', allowed));
      } else {
        try {
          compile(template, part, readFileSync(join(root, file), 'utf8'));
        } catch (error) {
          issues.push(issue(root, file, `it does not compile (${firstLine(error)})`, 'a template in eta syntax'));
        }
      }
    }
  }
}

const PARTS: readonly Part[] = ['subject', 'text', 'html', 'sms'];

function filesBelow(root: string, issues: Issue[]): readonly string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(root, { recursive: true, withFileTypes: true });
  } catch (error) {
    issues.push(issue(root, '.', `it cannot be read (${firstLine(error)})`, 'a folder of templates'));
    return [];
  }
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}

function issue(root: string, file: string, found: string, allowed: string): Issue {
  return {
    place: { file: join(root, file), line: 1, column: 1 },
    path: 'courier.template_override_path',
    found,
    allowed,
  };
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n', 1)[0] ?? '';
}
