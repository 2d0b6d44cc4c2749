/** Names of hooks and ids of their entries: they become names of states. */
export const HOOK_NAME = /^[a-z][a-z0-9_]*$/;
