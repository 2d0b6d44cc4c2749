import { sectionKey } from '../../config/method-section.ts';
import { configured } from '../../strategy/registry.ts';
import type { Finding } from '../finding.ts';
import type { Subject } from '../subject.ts';

/** What methods say of their own settings: switched on as written, they will not do what they are there for. */
export function methodsWork({ config, schemas, methods, at }: Subject): readonly Finding[] {
  return methods.all.flatMap((method) => {
    const about = configured(method, config);
    if (!about.settings.enabled) return [];
    return (method.doubts?.({ ...about, schemas }) ?? []).map(({ key, found, advice }): Finding => ({
      id: 'method-does-not-work',
      severity: 'warning',
      at: at(sectionKey(method.name, key)),
      found,
      advice,
    }));
  });
}
