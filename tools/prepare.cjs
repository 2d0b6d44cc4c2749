/*
 * npm's `prepare`: makes dist/ where the folder is packed, published or installed from git (docs/decisions/0034). A checkout
 * runs from src/ and needs none, so that `npm ci` stays as quick as it was. Runs under whatever Node npm runs under.
 */
'use strict';

const childProcess = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.dirname(__dirname);
/** Settings of the outer npm that would spoil an installation inside of it. */
const SPOILS = /^(?:npm_config_(?:dry_run|global|omit|production|location|json|pack_destination|save.*)|NODE_ENV)$/i;

if (isPacked(process.env)) prepare();

/** True unless this is an installation of the very folder, as `npm ci` in a checkout is. */
function isPacked(env) {
  if (env.npm_command === 'pack' || env.npm_command === 'publish') return true;
  if (env.npm_config_local_prefix) return !isSame(env.npm_config_local_prefix, root);
  // Another package manager, which does not say.
  return !fs.existsSync(path.join(root, 'dist'));
}

function isSame(one, other) {
  return fs.existsSync(one) && fs.realpathSync(one) === fs.realpathSync(other);
}

function prepare() {
  if (!fs.existsSync(path.join(root, 'node_modules', 'typescript', 'bin', 'tsc'))) {
    process.stderr.write('The package is built, which needs its own packages: npm ci …\n');
    npm(['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  }
  const launcher = path.join(root, 'bin', 'sallyport.cjs');
  run(process.execPath, [launcher, '--node', path.join(root, 'tools', 'build.ts')], process.env);
}

function npm(args) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !SPOILS.test(name)));
  const cli = process.env.npm_execpath;
  if (cli && /\.[cm]?js$/.test(cli)) run(process.execPath, [cli, ...args], env);
  else run('npm', args, env);
}

/** What it prints goes to standard error: of `npm pack` the standard output is the name of the package. */
function run(program, args, env) {
  const { status } = childProcess.spawnSync(program, args, { cwd: root, env, stdio: ['ignore', 2, 2] });
  if (status !== 0) process.exit(status ?? 1);
}
