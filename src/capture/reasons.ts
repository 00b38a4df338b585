// What undici, TLS and the network say -> one plain sentence and a next step.
import { errors } from 'undici';
import { Failure } from '../failure.ts';
import { AddressRefused, ConnectTimeout } from './dial.ts';

/** Who was asked, as people are told. */
export interface Where {
  readonly instance: string;
  readonly url: string;
}

interface Reason {
  readonly reason: string;
  readonly next?: string;
}

const NAME = 'Check the address in services.yml, and that this machine resolves the name.';
const CERTIFICATE =
  'Give the service a certificate this machine trusts, or name its authority in NODE_EXTRA_CA_CERTS.';
const NO_TLS: Reason = {
  reason: 'it does not speak TLS on that port',
  next: 'Write http:// instead of https:// in services.yml, or correct the port.',
};
const UNSPOKEN: Reason = {
  reason: 'what it speaks is not HTTP',
  next: 'Write the port of pprof in services.yml; this is one of another protocol.',
};
const CUT: Reason = {
  reason: 'the connection was cut before an answer came',
  next: 'Look at whether the service restarts, or a proxy before it refuses us.',
};

const REASONS: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: {
    reason: 'nothing listens on that port',
    next: 'Check that the service is up, and the port in services.yml.',
  },
  ENOTFOUND: { reason: 'its name does not resolve', next: NAME },
  EAI_AGAIN: { reason: 'its name does not resolve', next: NAME },
  ENODATA: { reason: 'its name does not resolve', next: NAME },
  ECONNRESET: CUT,
  EPIPE: CUT,
  UND_ERR_SOCKET: CUT,
  EHOSTUNREACH: { reason: 'there is no route to it' },
  ENETUNREACH: { reason: 'there is no route to it' },
  ETIMEDOUT: { reason: 'it did not answer in time' },
  EPROTO: NO_TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  DEPTH_ZERO_SELF_SIGNED_CERT: { reason: 'its certificate is signed by itself', next: CERTIFICATE },
  SELF_SIGNED_CERT_IN_CHAIN: { reason: 'its certificate is signed by nobody we trust', next: CERTIFICATE },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    reason: 'its certificate is signed by nobody we trust',
    next: CERTIFICATE,
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    reason: 'its certificate is signed by nobody we trust',
    next: CERTIFICATE,
  },
  CERT_HAS_EXPIRED: { reason: 'its certificate has expired', next: CERTIFICATE },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    reason: 'its certificate is for another name',
    next: 'Write the name that the certificate carries in services.yml.',
  },
  UND_ERR_HEADERS_OVERFLOW: {
    reason: 'it sent more than 16 KiB of headers',
    next: 'Look at what answers there: no Go service sends so many.',
  },
  CONNECT_TIMEOUT: { reason: 'it did not accept the connection in time' },
  UNSPOKEN,
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: UNSPOKEN,
  TLS_SPOKEN: {
    reason: 'it speaks TLS on that port',
    next: 'Write https:// instead of http:// in services.yml.',
  },
  HTTP2_SPOKEN: {
    reason: 'it speaks HTTP/2 only, as gRPC does',
    next: 'Write the port of pprof in services.yml; gRPC has one of its own.',
  },
};

/** @param begun whether the first line of the answer had come already */
export function describeTrouble(error: unknown, where: Where, begun: boolean): Failure {
  if (error instanceof Failure) return error;
  const cause = { cause: error };
  if (error instanceof AddressRefused) {
    return new Failure('target_unreachable', { ...where, reason: error.message, next: NAME }, cause);
  }
  const code = codeOf(error);
  if (begun && isCut(code)) {
    return new Failure('target_cut', { ...where, how: 'the connection was cut in the middle of it' }, cause);
  }
  const { reason, next } = REASONS[code] ?? {
    reason: `the network said ${code === '' ? 'nothing we know' : code}`,
  };
  return new Failure('target_unreachable', { ...where, reason, next }, cause);
}

function isCut(code: string): boolean {
  return [
    'ECONNRESET',
    'EPIPE',
    'UND_ERR_SOCKET',
    'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
    'UNSPOKEN',
  ].includes(code);
}

function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  if (error instanceof ConnectTimeout) return 'CONNECT_TIMEOUT';
  if (error instanceof errors.HTTPParserError) return spokenInstead(error);
  // Several addresses were tried and each has its own error; they seldom differ.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

/** The first bytes of another protocol: a TLS record, or the settings an HTTP/2 server opens with. */
function spokenInstead(error: Error): string {
  const bytes = 'data' in error && typeof error.data === 'string' ? error.data : '';
  const at = (index: number): number => bytes.charCodeAt(index);
  if (at(0) >= 0x14 && at(0) <= 0x17 && at(1) === 3) return 'TLS_SPOKEN';
  // A settings frame: three bytes of length, its type, no flags, stream 0.
  if (at(0) === 0 && at(1) === 0 && at(3) === 4 && at(4) === 0 && at(5) === 0) return 'HTTP2_SPOKEN';
  return 'UNSPOKEN';
}
