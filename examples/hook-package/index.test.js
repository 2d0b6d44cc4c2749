import { hookTest } from 'sallyport/plugin/test';
import noteMethod from './index.js';

hookTest(noteMethod, [
  {
    name: 'notes the method',
    at: 'registration.after',
    config: {},
    writes: ['notes.set'],
    verdict: { kind: 'continue' },
  },
  { name: 'needs a key that is a word', config: { key: '' }, refused: 'key' },
]);
