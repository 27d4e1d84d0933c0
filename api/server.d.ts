// index.d.mts
import { Registry } from "@ocish/core";
import { IncomingHttpHeaders } from "node:http";
/** One request as the server saw it. */
interface RequestRecord {
  readonly method: string;
  /** As sent, with the query. */
  readonly target: string;
  /** `blob`, `manifest`, `tags`, …; `unknown` where no route fits. */
  readonly route: string;
  readonly repository: string | undefined;
  readonly status: number;
  /** Bytes of the request's body that were taken. */
  readonly received: number;
  /** Bytes of the answer's body that were handed over. */
  readonly sent: number;
  /** The answer went out whole. */
  readonly complete: boolean;
  readonly headers: IncomingHttpHeaders;
  /** What went wrong inside, for a 5xx. */
  readonly error?: unknown;
}
/** Who may do what; for tests and for a registry that others can reach. */
interface ServerAuth {
  /** `bearer`: with a token endpoint of its own at `/token`. */
  readonly scheme: "basic" | "bearer";
  /** Name to password. */
  readonly users: Readonly<Record<string, string>>;
  /** What somebody without credentials may do; default nothing. */
  readonly anonymous?: "pull";
  /** Default: a user may do everything. `undefined` is somebody without credentials, where `anonymous` is set. */
  readonly allow?: (user: string | undefined, repository: string, action: Action) => boolean;
  /** Seconds a token lives; default 300. */
  readonly tokenLifetime?: number;
  /** Default `ocish`. */
  readonly service?: string;
}
/** What somebody wants to do with a repository. */
type Action = "pull" | "push" | "delete";
/** Bounds on what a client can make the server hold or wait for. */
interface Limits {
  /** Bytes of a manifest; at least 4 MiB by distribution-spec. Default 4 MiB. */
  readonly manifest: number;
  /** Bytes of a blob; default none. */
  readonly blob: number;
  /** Bytes of all request headers; more is 431. Default 32 KiB. */
  readonly headers: number;
  /** Characters of a request target; more is 414. Default 8192. */
  readonly target: number;
  /** Unfinished uploads; one more is 429. Default 1000. */
  readonly uploads: number;
  /** Seconds after which an untouched upload is forgotten. Default 3600. */
  readonly uploadIdle: number;
  /** Seconds without a byte in either direction after which a connection is closed. Default 30. */
  readonly idle: number;
  readonly connections: number;
  /** Most entries of one page of a list; default 1000. */
  readonly page: number;
  /** Tags in the query of one manifest PUT; more is 414. Default 50. */
  readonly tags: number;
}
/** What a server takes where the caller sets nothing else: bytes, seconds and numbers. */
declare const defaultLimits: Limits;
/** Where a registry is served, to whom, and what it lets happen. */
interface ServeOptions {
  /** `host:port`; default `127.0.0.1:0`, a free port. */
  readonly address?: string;
  /** Serve an address that other machines reach, without `auth`. Errors without either: ADDRESS_REFUSED. */
  readonly allowRemote?: boolean;
  /** More names for which the Host header is taken; a loopback address takes loopback names only. */
  readonly hosts?: readonly string[];
  /** PEM. */
  readonly tls?: {
    readonly cert: string;
    readonly key: string;
    readonly clientCa?: string;
  };
  readonly auth?: ServerAuth;
  /** Every write answers 405. */
  readonly readOnly?: boolean;
  /** A tag that exists stays where it is (409) and nothing tagged can be deleted (405). */
  readonly immutableTags?: boolean;
  /** Take manifests whose blobs or children are missing. */
  readonly sparse?: boolean;
  readonly limits?: Partial<Limits>;
  /** Bytes that every chunk of an upload has to have, but the last one. */
  readonly minimumChunk?: number;
  /** Called when a request has been answered or has broken off. Nothing secret is in it. */
  readonly onRequest?: (record: RequestRecord) => void;
}
/** A registry being served. */
interface Server extends AsyncDisposable {
  /** With scheme, without a trailing slash: `http://127.0.0.1:41234`. */
  readonly url: string;
  /** `127.0.0.1:41234`: what a reference begins with. */
  readonly host: string;
  readonly port: number;
  /**
   * Takes no more connections and waits for the requests under way, at most `drain` seconds (default 5), then cuts them.
   * The registry stays open: it belongs to the caller.
   */
  close(options?: {
    readonly drain?: number;
  }): Promise<void>;
}
/**
 * Serves any registry over HTTP as distribution-spec 1.1 says, and what its next version adds. Without options: on
 * loopback, a free port, for programs of this machine only. Errors: ADDRESS_INVALID, ADDRESS_REFUSED (reachable from
 * other machines without `auth` or `allowRemote`), ADDRESS_IN_USE.
 */
declare function serve(registry: Registry, options?: ServeOptions): Promise<Server>;
export { type Action, type Limits, type RequestRecord, type ServeOptions, type Server, type ServerAuth, defaultLimits, serve };