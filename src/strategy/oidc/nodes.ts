import { input, type Node } from '../../flow/json.ts';
import { say, type MessageNumber } from '../../kernel/messages.ts';
import type { Provider } from './provider.ts';

/** A button for one provider. */
export const providerButton = (
  name: 'provider' | 'link' | 'unlink',
  { id, label }: Pick<Provider, 'id' | 'label'>,
  message: MessageNumber,
): Node => input('oidc', name, 'submit', { value: id, label: say(message, { provider: label, provider_id: id }) });
