import packageJson from '@ocish/kind-runconfig/package.json' with { type: 'json' }
import { artifactOf, describeKind, memoryFile, memorySource } from '@ocish/testing'
import runconfig from './index.ts'

const fetchServer = {
  image: 'ghcr.io/example/fetch:1.0.0',
  name: 'fetch',
  transport: 'stdio',
  host: '127.0.0.1',
  port: 8080,
  permission_profile: null,
}
const everything = {
  ...fetchServer,
  schema_version: 'v0.1.0',
  cmd_args: ['--depth', '3'],
  env_vars: { LOG: 'debug', API_URL: 'https://api.example.com' },
  volumes: ['/home/me/data:/data:ro'],
  secrets: ['tok,target=TOKEN'],
  permission_profile: { read: ['/data'], network: { outbound: { allow_host: ['example.com'] } } },
  tools_override: { fetch: { name: 'get', description: 'Gets <b>pages</b> & more' } },
  future_field: { nested: [1, 2.5, null] },
}

describeKind(runconfig, {
  packageJson,
  cases: [
    {
      name: 'the smallest',
      source: () => memoryFile('fetch.json', JSON.stringify(fetchServer)),
      unpacked: {
        'fetch.json': `{
  "schema_version": "v0.1.0",
  "image": "ghcr.io/example/fetch:1.0.0",
  "name": "fetch",
  "transport": "stdio",
  "host": "127.0.0.1",
  "port": 0,
  "permission_profile": null,
  "proxy_mode": "streamable-http"
}
`,
      },
    },
    {
      name: 'one with everything',
      source: () => memoryFile('all.json', JSON.stringify(everything, null, 2)),
    },
    {
      name: 'as ToolHive publishes it',
      source: () => memoryFile('fetch.json', JSON.stringify(fetchServer)),
      options: { compat: 'strict' },
    },
  ],
  refusals: [
    { name: 'a folder', source: () => memorySource({ 'fetch.json': '{}' }), code: 'KIND_INPUT_INVALID' },
    { name: 'a list', source: () => memoryFile('x.json', '[]'), code: 'KIND_INPUT_INVALID' },
    {
      name: 'an unfinished file',
      source: () => memoryFile('x.json', '{"name":'),
      code: 'KIND_INPUT_INVALID',
    },
    {
      name: 'a file above 1 MiB',
      source: () => memoryFile('x.json', ' '.repeat(1_048_577)),
      code: 'KIND_INPUT_INVALID',
    },
    {
      name: 'a pin under strict compatibility',
      source: () => memoryFile('x.json', '{}'),
      options: { compat: 'strict', pin: true },
      code: 'USAGE_CONFLICT',
    },
    {
      name: 'an artifact of another type',
      artifact: () =>
        artifactOf({
          artifactType: 'application/x',
          layers: [{ mediaType: 'text/plain', async *open() {} }],
        }),
      code: 'KIND_MISMATCH',
    },
  ],
})
