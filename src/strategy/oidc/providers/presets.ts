import type { Preset } from '../preset.ts';
import { apple } from './apple.ts';
import { auth0 } from './auth0.ts';
import { discord } from './discord.ts';
import { facebook } from './facebook.ts';
import { generic } from './generic.ts';
import { github, githubApp } from './github.ts';
import { gitlab } from './gitlab.ts';
import { google } from './google.ts';
import { linkedin, linkedinV2 } from './linkedin.ts';
import { microsoft } from './microsoft.ts';
import { patreon } from './patreon.ts';
import { slack } from './slack.ts';
import { spotify } from './spotify.ts';
import { x } from './x.ts';

const PRESETS: readonly Preset[] = [
  apple,
  auth0,
  discord,
  facebook,
  generic,
  github,
  githubApp,
  gitlab,
  google,
  linkedin,
  linkedinV2,
  microsoft,
  patreon,
  slack,
  spotify,
  x,
];

/** By the `provider` of the configuration, which has checked that there is one. */
export const presets: ReadonlyMap<string, Preset> = new Map(PRESETS.map((preset) => [preset.provider, preset]));
