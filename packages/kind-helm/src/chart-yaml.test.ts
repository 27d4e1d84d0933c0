import { digestOf, encodeGoJson, type GoJson } from '@ocish/sdk'
import { describe, expect, test } from 'vitest'
import vectors from '../fixtures/helm.json' with { type: 'json' }
import { readChartYaml } from './chart-yaml.ts'
import { encodeConfig, goMetadata } from './encode-metadata.ts'
import { writeGoYaml } from './go-yaml-writer.ts'
import { parseYaml } from './parse-yaml.ts'
import type { YamlTree } from './yaml-tree.ts'

const utf8 = new TextEncoder()

function toGo(tree: YamlTree): GoJson {
  if (tree.type === 'map') return new Map([...tree.members].map(([key, value]) => [key, toGo(value)]))
  if (tree.type === 'list') return tree.items.map(toGo)
  return tree.type === 'null' ? null : tree.value
}

describe('what go-yaml made of it', () => {
  test.each(vectors.yaml)('$yaml', (vector) => {
    const read = (): string => encodeGoJson(toGo(parseYaml(vector.yaml, 'a.yaml').tree))
    if (vector.json === undefined) expect(read).toFailWith('KIND_INPUT_INVALID')
    else expect(read()).toBe(vector.json)
  })
})

describe('Chart.yaml to configuration and back', () => {
  const cases = vectors.charts.map((one, at) => [at, one] as const)

  test.each(cases)('case %i', (_at, { source, json, jsonDigest, yaml, undecodable }) => {
    if (undecodable === true) {
      expect(() => readChartYaml(utf8.encode(source))).toFailWith('KIND_INPUT_INVALID')
      return
    }
    const { metadata } = readChartYaml(utf8.encode(source))
    const config = encodeConfig(metadata)
    expect(new TextDecoder().decode(config)).toBe(json)
    expect(digestOf(config)).toBe(jsonDigest)
    expect(writeGoYaml(goMetadata(metadata))).toBe(yaml)
  })
})
