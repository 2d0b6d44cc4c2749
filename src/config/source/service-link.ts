import type { YamlScalar } from './yaml-tree.ts';

/** Whether Kubernetes or Docker set the variable, for a service of its name: `NAME_PORT=tcp://…`. */
export const isServiceLink = ({ value, loose, place }: YamlScalar): boolean =>
  loose && place === undefined && typeof value === 'string' && /^(?:tcp|udp|sctp):\/\//.test(value);

export const SERVICE_LINK_WAY_OUT = 'unset the variable, or write enableServiceLinks: false for the pod';
