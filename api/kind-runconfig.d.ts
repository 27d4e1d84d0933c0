// index.d.mts
import { Kind } from "@ocish/sdk";
/** JSON as it was found: objects have no prototype, unknown members are kept. */
type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
/** An object of a run configuration, its members in the order of the file. */
interface JsonObject {
  readonly [key: string]: JsonValue;
}
/** ToolHive's names for how a server is reached; its decoder checks none of them. */
type Strings = Readonly<Record<string, string>>;
/**
 * A ToolHive run configuration (specs/runconfig.md §2.3) in the order ToolHive writes it. Nothing is required: what is
 * absent is what Go calls the zero value. Members of other versions are kept beside these.
 */
interface RunConfig {
  readonly schema_version?: string;
  readonly mcpserver_generation?: number;
  readonly image?: string;
  readonly remote_url?: string;
  readonly registry_api_url?: string;
  readonly registry_url?: string;
  readonly registry_server_name?: string;
  readonly remote_auth_config?: JsonObject;
  readonly cmd_args?: readonly string[];
  readonly name?: string;
  readonly container_name?: string;
  readonly base_name?: string;
  readonly transport?: string;
  readonly host?: string;
  readonly port?: number;
  readonly target_port?: number;
  readonly target_host?: string;
  readonly allowed_origins?: readonly string[];
  readonly publish?: readonly string[];
  readonly permission_profile_name_or_path?: string;
  readonly permission_profile?: PermissionProfile;
  readonly env_vars?: Strings;
  readonly env_file_dir?: string;
  readonly debug?: boolean;
  readonly volumes?: readonly string[];
  readonly container_labels?: Strings;
  readonly oidc_config?: JsonObject;
  readonly token_exchange_config?: JsonObject;
  readonly upstream_swap_config?: JsonObject;
  readonly aws_sts_config?: JsonObject;
  readonly authz_config?: JsonValue;
  readonly authz_config_path?: string;
  readonly audit_config_path?: string;
  readonly audit_config?: JsonObject;
  readonly telemetry_config?: JsonObject;
  readonly rate_limit_config?: JsonObject;
  readonly rate_limit_namespace?: string;
  readonly secrets?: readonly string[];
  readonly k8s_pod_template_patch?: string;
  readonly isolate_network?: boolean;
  readonly allow_docker_gateway?: boolean;
  readonly trust_proxy_headers?: boolean;
  readonly strict_protocol_validation?: boolean;
  readonly stateless?: boolean;
  readonly session_ttl?: string;
  readonly proxy_mode?: string;
  readonly thv_ca_bundle?: string;
  readonly jwks_auth_token_file?: string;
  readonly jwks_allow_private_ip?: boolean;
  readonly group?: string;
  readonly tools_filter?: readonly string[];
  readonly tools_override?: JsonObject;
  readonly ignore_config?: JsonObject;
  readonly middleware_configs?: readonly JsonValue[];
  readonly additional_middleware_configs?: readonly JsonValue[];
  readonly validating_webhooks?: readonly JsonValue[];
  readonly mutating_webhooks?: readonly JsonValue[];
  readonly endpoint_prefix?: string;
  readonly runtime_config?: JsonObject;
  readonly header_forward?: JsonObject;
  readonly embedded_auth_server_config?: JsonObject;
  readonly scaling_config?: JsonObject;
}
/** What the server may touch (specs/runconfig.md §2.5). */
interface PermissionProfile {
  readonly name?: string;
  readonly read?: readonly string[];
  readonly write?: readonly string[];
  readonly network?: {
    readonly mode?: string;
    readonly outbound?: {
      readonly insecure_allow_all?: boolean;
      readonly allow_host?: readonly string[];
      readonly allow_port?: readonly number[];
    };
    readonly inbound?: {
      readonly allow_host?: readonly string[];
    };
  };
  readonly privileged?: boolean;
}
/** ToolHive run configurations (specs/runconfig.md). */
declare const runconfig: Kind<RunConfig>;
export { type JsonObject, type JsonValue, type PermissionProfile, type RunConfig, type Strings, runconfig as default };