/** The media types Helm writes and reads (specs/helm.md §1). */
export const configType = 'application/vnd.cncf.helm.config.v1+json'
export const chartType = 'application/vnd.cncf.helm.chart.content.v1.tar+gzip'
export const provenanceType = 'application/vnd.cncf.helm.chart.provenance.v1.prov'
/** Written before Helm 3.7; read only. */
export const legacyChartType = 'application/tar+gzip'

export const chartFile = 'Chart.yaml'
export const lockFile = 'Chart.lock'
export const valuesFile = 'values.yaml'
export const schemaFile = 'values.schema.json'
export const ignoreFile = '.helmignore'

/** Of Helm where it has one (§12), and of what is read whole as a document. */
export const limits: {
  readonly file: number
  readonly total: number
  readonly entries: number
  readonly document: number
  readonly values: number
  readonly config: number
  readonly nodes: number
  readonly depth: number
  readonly lexemes: number
  readonly folders: number
  readonly provenance: number
  readonly keyring: number
} = {
  /** Bytes of one file of a chart. */
  file: 5 * 1024 * 1024,
  /** Bytes of all files; reaching it is an error. */
  total: 100 * 1024 * 1024,
  entries: 20_000,
  /** Bytes of Chart.yaml, Chart.lock and requirements.yaml. */
  document: 1024 * 1024,
  /** Bytes of a values.yaml that is parsed. */
  values: 2 * 1024 * 1024,
  config: 4 * 1024 * 1024,
  /** Values of a YAML document, aliases counted as often as they are used. */
  nodes: 200_000,
  /** Collections in collections. */
  depth: 200,
  /** Words and signs of a YAML document, comments and line ends included. */
  lexemes: 400_000,
  /** Folders in folders, of a path in a chart. */
  folders: 64,
  provenance: 4 * 1024 * 1024,
  keyring: 16 * 1024 * 1024,
}
