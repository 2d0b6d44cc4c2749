import { createHash } from 'node:crypto';

/** Where the script is served, below the public URL. Clients have the address from the flow's node of type `script`. */
export const WEBAUTHN_SCRIPT_PATH = '/.well-known/ory/webauthn.js';

/**
 * The script by which a page asks the browser for a passkey or a security key (W3C Web Authentication). It runs in pages of any
 * origin, ours and others', so its names are the reference's; each is there with two underscores before it, too.
 *
 * A function reads the options from the form's fields, writes the browser's answer as JSON text into a hidden field and submits
 * the form. What goes wrong is said in the form, unless a listener of the event `oryWebAuthnFailure` (`detail`: name and
 * message) prevents it. Where the browser has no Web Authentication nothing is defined.
 */
export const WEBAUTHN_SCRIPT = String.raw`(() => {
  'use strict';
  if (window.__oryWebAuthnInitialized || !window.PublicKeyCredential) return;

  const named = (name) => document.querySelector('[name="' + name + '"]');
  const decode = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
  const encode = (buffer) => {
    let letters = '';
    for (const byte of new Uint8Array(buffer)) letters += String.fromCharCode(byte);
    return btoa(letters).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
  };

  const parsed = (make, options) => {
    const parse = PublicKeyCredential[make ? 'parseCreationOptionsFromJSON' : 'parseRequestOptionsFromJSON'];
    if (parse) return parse.call(PublicKeyCredential, options);
    const known = (list) => list && list.map((each) => ({ ...each, id: decode(each.id) }));
    return {
      ...options,
      challenge: decode(options.challenge),
      ...(options.user && { user: { ...options.user, id: decode(options.user.id) } }),
      ...(options.excludeCredentials && { excludeCredentials: known(options.excludeCredentials) }),
      ...(options.allowCredentials && { allowCredentials: known(options.allowCredentials) }),
    };
  };

  const written = (credential) => {
    try {
      return JSON.stringify(credential.toJSON());
    } catch {
      // Older browsers, and some extensions, have no toJSON that works.
      const { id, rawId, type, response } = credential;
      const own = { clientDataJSON: encode(response.clientDataJSON) };
      for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle'])
        if (response[name]) own[name] = encode(response[name]);
      if (response.getTransports) own.transports = response.getTransports();
      const clientExtensionResults = credential.getClientExtensionResults ? credential.getClientExtensionResults() : {};
      return JSON.stringify({ id, rawId: encode(rawId), type, response: own, clientExtensionResults });
    }
  };

  const submit = (field, value) => {
    const form = field.form || field.closest('form');
    field.value = value;
    // For pages whose scripts keep what stands in a form.
    for (const type of ['input', 'change']) field.dispatchEvent(new Event(type, { bubbles: true }));
    // The fields of other methods may stay empty.
    const before = form.noValidate;
    form.noValidate = true;
    if (form.requestSubmit) form.requestSubmit();
    else form.submit();
    form.noValidate = before;
  };

  const FAILURES = {
    NotAllowedError: 'That was cancelled, or it took too long. Try again when you are ready.',
    InvalidStateError: 'This device or security key is set up for your account already.',
    SecurityError: 'This address may not use passkeys or security keys of this service.',
    NotSupportedError: 'This device or security key cannot do what is asked for.',
    ConstraintError: 'This device or security key cannot do what is asked for.',
  };
  const FAILURE_ID = 'ory_webauthn_failure';
  const forget = () => {
    const shown = document.getElementById(FAILURE_ID);
    if (shown) shown.remove();
  };
  const fail = (near, error) => {
    const message = FAILURES[error.name] || error.message || String(error);
    const detail = { name: error.name, message };
    if (!window.dispatchEvent(new CustomEvent('oryWebAuthnFailure', { detail, cancelable: true })) || !near) return;
    const alert = document.createElement('p');
    alert.id = FAILURE_ID;
    alert.className = 'message error';
    alert.setAttribute('role', 'alert');
    alert.textContent = message;
    near.before(alert);
  };

  const told = (error, options) => {
    if (error.name !== 'SecurityError') return;
    const id = options.rpId || (options.rp && options.rp.id);
    console.error('The relying party ' + id + ' has no credentials on ' + location.origin, error);
  };

  /** The request that waits for the person; a new one takes its place. */
  let pending;
  async function ask(make, { publicKey }, field, trigger) {
    if (pending) pending.abort();
    const own = new AbortController();
    pending = own;
    forget();
    try {
      stopAutofill();
      const request = { publicKey: parsed(make, publicKey), signal: own.signal };
      const credential = await (make ? navigator.credentials.create(request) : navigator.credentials.get(request));
      submit(field, written(credential));
    } catch (error) {
      if (own.signal.aborted) return;
      told(error, publicKey);
      fail(trigger, error);
      if (autofills) void oryPasskeyLoginAutocompleteInit();
    } finally {
      if (pending === own) pending = undefined;
    }
  }

  /** Empty or wrong fields of the person, or of the key, are said before a key is made that nobody could use. */
  const complete = (form) =>
    [...form.elements].every((field) => !/^traits\.|^webauthn_register_displayname$/.test(field.name) || field.reportValidity());
  const given = (options, trigger) => {
    if (typeof options === 'string') return JSON.parse(options);
    return options && options.publicKey ? options : JSON.parse(trigger.value);
  };

  function oryWebAuthnRegistration(options, result = '[name="webauthn_register"]', press = '[name="webauthn_register_trigger"]') {
    const trigger = document.querySelector(press);
    const field = document.querySelector(result);
    if (complete(field.form)) return ask(true, given(options, trigger), field, trigger);
  }

  function oryWebAuthnLogin(options, result = '[name="webauthn_login"]', press = '[name="webauthn_login_trigger"]') {
    const trigger = document.querySelector(press);
    return ask(false, given(options, trigger), document.querySelector(result), trigger);
  }

  function oryPasskeyRegistration() {
    const field = named('passkey_register');
    const { credentialOptions, displayNameFieldName } = JSON.parse(named('passkey_create_data').value);
    if (!complete(field.form)) return;
    const { user } = credentialOptions.publicKey;
    const name = field.form.querySelector('[name="' + CSS.escape(displayNameFieldName) + '"]');
    if (name && name.value) user.name = user.displayName = name.value;
    return ask(true, credentialOptions, field, named('passkey_register_trigger'));
  }

  function oryPasskeySettingsRegistration() {
    const options = JSON.parse(named('passkey_create_data').value);
    return ask(true, options, named('passkey_settings_register'), named('passkey_register_trigger'));
  }

  function oryPasskeyLogin() {
    const options = JSON.parse(named('passkey_challenge').value);
    return ask(false, options, named('passkey_login'), named('passkey_login_trigger'));
  }

  let autofills = false;
  const stopAutofill = () => {
    if (window.abortPasskeyConditionalUI) window.abortPasskeyConditionalUI.abort();
  };
  /** Offers passkeys where the browser offers names for the field; waits until the person chooses one. */
  async function oryPasskeyLoginAutocompleteInit() {
    const challenge = named('passkey_challenge');
    const field = named('passkey_login');
    if (!challenge || !field || !named('identifier')) return;
    const able = PublicKeyCredential.isConditionalMediationAvailable;
    if (!able || !(await able.call(PublicKeyCredential))) return;
    stopAutofill();
    const own = new AbortController();
    window.abortPasskeyConditionalUI = own;
    autofills = true;
    const began = Date.now();
    const { publicKey } = JSON.parse(challenge.value);
    try {
      const request = { publicKey: parsed(false, publicKey), mediation: 'conditional', signal: own.signal };
      submit(field, written(await navigator.credentials.get(request)));
    } catch (error) {
      told(error, publicKey);
      // Cancelled by the person, who may choose again; what fails at once would fail for ever.
      const cancelled = error.name === 'NotAllowedError' && Date.now() - began > 1000;
      if (cancelled && !own.signal.aborted) void oryPasskeyLoginAutocompleteInit();
    }
  }

  const functions = {
    oryWebAuthnRegistration,
    oryWebAuthnLogin,
    oryPasskeyRegistration,
    oryPasskeySettingsRegistration,
    oryPasskeyLogin,
    oryPasskeyLoginAutocompleteInit,
  };
  for (const [name, run] of Object.entries(functions)) window[name] = window['__' + name] = run;
  window.__oryWebAuthnInitialized = true;
  window.dispatchEvent(new CustomEvent('oryWebAuthnInitialized'));
})();
`;

/** Subresource Integrity: a page runs no other bytes than these. */
export const WEBAUTHN_SCRIPT_INTEGRITY = `sha512-${createHash('sha512').update(WEBAUTHN_SCRIPT).digest('base64')}`;
