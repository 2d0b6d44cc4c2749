import type { Point } from '../hook/define.ts';
import type { Draft } from '../kernel/draft.ts';
import type { JsonObject } from '../kernel/json.ts';

const TIME = '2026-01-01T00:00:00.000Z';

/** The account of a draft as clients of the API see it. */
export const sampleIdentity = ({ id, schemaId, state, traits, metadataPublic }: Draft['identity']): JsonObject => ({
  id,
  schema_id: schemaId,
  schema_url: `https://id.example/schemas/${schemaId}`,
  state,
  state_changed_at: TIME,
  traits,
  metadata_public: metadataPublic,
  created_at: TIME,
  updated_at: TIME,
  organization_id: null,
});

/** The session that a login is about to make, or that settings are changed in. */
export function sampleSession(point: Point, identity: JsonObject | undefined): JsonObject | undefined {
  if (point !== 'login.after' && !point.startsWith('settings.')) return undefined;
  return {
    id: '00000000-0000-4000-8000-000000000002',
    active: true,
    expires_at: '2026-01-02T00:00:00.000Z',
    authenticated_at: TIME,
    authenticator_assurance_level: 'aal1',
    authentication_methods: [{ method: 'password', aal: 'aal1', completed_at: TIME }],
    issued_at: TIME,
    identity: identity ?? null,
    devices: [
      { id: '00000000-0000-4000-8000-000000000004', ip_address: '203.0.113.7', user_agent: 'Test/1', location: '' },
    ],
  };
}
