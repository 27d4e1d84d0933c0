import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { parse } from 'yaml'

/** What a field holds: a type, a list or map of one, the words that are allowed, or an object. */
type Shape =
  | 'string'
  | 'integer'
  | 'boolean'
  | readonly string[]
  | { readonly list: Shape }
  | { readonly map: Shape }
  | { readonly fields: Readonly<Record<string, Shape>>; readonly required?: readonly string[] }

const securityContext: Shape = {
  fields: {
    runAsNonRoot: 'boolean',
    runAsUser: 'integer',
    fsGroup: 'integer',
    allowPrivilegeEscalation: 'boolean',
    readOnlyRootFilesystem: 'boolean',
    capabilities: { fields: { add: { list: 'string' }, drop: { list: 'string' } } },
  },
}

const container: Shape = {
  required: ['name', 'image'],
  fields: {
    name: 'string',
    image: 'string',
    command: { list: 'string' },
    args: { list: 'string' },
    env: { list: { required: ['name'], fields: { name: 'string', value: 'string' } } },
    resources: { fields: { requests: { map: 'string' }, limits: { map: 'string' } } },
    securityContext,
    volumeMounts: {
      list: {
        required: ['name', 'mountPath'],
        fields: { name: 'string', mountPath: 'string', readOnly: 'boolean' },
      },
    },
  },
}

const volume: Shape = {
  required: ['name'],
  fields: {
    name: 'string',
    emptyDir: { fields: { medium: 'string', sizeLimit: 'string' } },
    secret: {
      fields: {
        secretName: 'string',
        items: { list: { required: ['key', 'path'], fields: { key: 'string', path: 'string' } } },
      },
    },
  },
}

const failureRule: Shape = {
  required: ['action'],
  fields: {
    action: ['FailJob', 'FailIndex', 'Ignore', 'Count'],
    onExitCodes: {
      required: ['operator', 'values'],
      fields: { containerName: 'string', operator: ['In', 'NotIn'], values: { list: 'integer' } },
    },
  },
}

/** batch/v1 Job of the Kubernetes API, as far as the document uses it. */
const job: Shape = {
  required: ['apiVersion', 'kind', 'metadata', 'spec'],
  fields: {
    apiVersion: ['batch/v1'],
    kind: ['Job'],
    metadata: { required: ['name'], fields: { name: 'string', labels: { map: 'string' } } },
    spec: {
      required: ['template'],
      fields: {
        completionMode: ['Indexed', 'NonIndexed'],
        completions: 'integer',
        parallelism: 'integer',
        backoffLimit: 'integer',
        backoffLimitPerIndex: 'integer',
        maxFailedIndexes: 'integer',
        podFailurePolicy: { required: ['rules'], fields: { rules: { list: failureRule } } },
        template: {
          required: ['spec'],
          fields: {
            spec: {
              required: ['containers', 'restartPolicy'],
              fields: {
                // What a Job may say; Always is refused.
                restartPolicy: ['Never', 'OnFailure'],
                automountServiceAccountToken: 'boolean',
                securityContext,
                containers: { list: container },
                volumes: { list: volume },
              },
            },
          },
        },
      },
    },
  },
}

/** Where a value is not of a shape. */
function faults(shape: Shape, value: unknown, path: string): readonly string[] {
  if (typeof shape === 'string') {
    const fits = shape === 'integer' ? Number.isInteger(value) : typeof value === shape
    return fits ? [] : [`${path} is no ${shape}`]
  }
  if (isWords(shape))
    return shape.some((word) => word === value) ? [] : [`${path} is none of ${shape.join(', ')}`]
  if ('list' in shape) {
    if (!Array.isArray(value)) return [`${path} is no list`]
    return value.flatMap((item, at) => faults(shape.list, item, `${path}[${at}]`))
  }
  if (typeof value !== 'object' || value === null) return [`${path} is no object`]
  if ('map' in shape)
    return Object.entries(value).flatMap(([key, item]) => faults(shape.map, item, `${path}.${key}`))
  return objectFaults(shape, value, path)
}

function isWords(shape: Shape): shape is readonly string[] {
  return Array.isArray(shape)
}

function objectFaults(
  shape: Extract<Shape, { readonly fields: unknown }>,
  value: object,
  path: string,
): readonly string[] {
  const missing = (shape.required ?? []).filter((name) => !Object.hasOwn(value, name))
  return [
    ...missing.map((name) => `${path}.${name} is missing`),
    ...Object.entries(value).flatMap(([key, item]) => {
      const inner = Object.hasOwn(shape.fields, key) ? shape.fields[key] : undefined
      return inner === undefined ? [`${path}.${key} is unknown`] : faults(inner, item, `${path}.${key}`)
    }),
  ]
}

interface Job {
  readonly spec: {
    readonly completions: number
    readonly parallelism: number
    readonly completionMode: string
    readonly podFailurePolicy: {
      readonly rules: readonly { readonly onExitCodes: { readonly containerName: string } }[]
    }
    readonly template: {
      readonly spec: {
        readonly restartPolicy: string
        readonly containers: readonly {
          readonly name: string
          readonly args: readonly string[]
          readonly volumeMounts: readonly { readonly name: string }[]
        }[]
        readonly volumes: readonly { readonly name: string }[]
      }
    }
  }
}

const page = readFileSync(join(import.meta.dirname, '../../docs/scale.md'), 'utf8')
const document: unknown = parse(/```yaml\n(.*?)```/s.exec(page)?.[1] ?? '')

test('the Job of docs/scale.md is a Job v1', () => {
  expect(faults(job, document, 'job')).toEqual([])
})

test('the check finds what is wrong', () => {
  const { spec, ...rest } = document as Job
  expect(faults(job, { ...rest, spec: { ...spec, completions: 'eight', replicas: 1 } }, 'job')).toEqual([
    'job.spec.completions is no integer',
    'job.spec.replicas is unknown',
  ])
})

test('it is divided into as many shards as it has completions', () => {
  const { completions, completionMode, podFailurePolicy, template } = (document as Job).spec
  const { containers, volumes, restartPolicy } = template.spec
  const [sync] = containers
  expect(completionMode).toBe('Indexed')
  // Rules on exit statuses are refused with any other.
  expect(restartPolicy).toBe('Never')
  expect(sync?.args[sync.args.indexOf('--shard') + 1]).toBe(`$(JOB_COMPLETION_INDEX)/${completions}`)
  expect(podFailurePolicy.rules.map((rule) => rule.onExitCodes.containerName)).toEqual([sync?.name])
  const names = volumes.map((one) => one.name)
  for (const mount of sync?.volumeMounts ?? []) expect(names).toContain(mount.name)
})
