/** Media types by the end of a file's name, the longest end first. */
const byEnding: readonly (readonly [string, string])[] = [
  ['.spdx.json', 'application/spdx+json'],
  ['.cdx.json', 'application/vnd.cyclonedx+json'],
  ['.intoto.jsonl', 'application/vnd.in-toto+json'],
  ['.intoto.json', 'application/vnd.in-toto+json'],
  ['.sarif', 'application/sarif+json'],
  ['.json', 'application/json'],
  ['.jsonl', 'application/x-ndjson'],
  ['.ndjson', 'application/x-ndjson'],
  ['.yaml', 'application/yaml'],
  ['.yml', 'application/yaml'],
  ['.toml', 'application/toml'],
  ['.xml', 'application/xml'],
  ['.md', 'text/markdown'],
  ['.txt', 'text/plain'],
  ['.csv', 'text/csv'],
  ['.html', 'text/html'],
  ['.wasm', 'application/wasm'],
  ['.tar.gz', 'application/gzip'],
  ['.tgz', 'application/gzip'],
  ['.gz', 'application/gzip'],
  ['.zst', 'application/zstd'],
  ['.tar', 'application/x-tar'],
  ['.zip', 'application/zip'],
  ['.pdf', 'application/pdf'],
  ['.png', 'image/png'],
  ['.jpg', 'image/jpeg'],
  ['.svg', 'image/svg+xml'],
]

/** The media type of a file that nobody told the type of. */
export function mediaTypeOfFile(name: string): string {
  const lower = name.toLowerCase()
  return byEnding.find(([ending]) => lower.endsWith(ending))?.[1] ?? 'application/octet-stream'
}
