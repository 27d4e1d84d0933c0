/**
 * True for a word that means a file where a reference may stand as well (specs/runconfig.md §7, V1): by its form alone,
 * nothing is looked up. What is no file is for the host to read as a location.
 */
export function isFile(word: string): boolean {
  if (word === '.' || word === '..' || /^file:\/\//i.test(word)) return true
  if (/^(?:oci|docker):\/\//i.test(word)) return false
  return /^(?:\/|\.{1,2}\/|~|\\\\|[A-Za-z]:[\\/])/.test(word) || /\.(?:json|ya?ml)$/i.test(word)
}
