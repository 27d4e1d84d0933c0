export { parseConstraint, satisfies, type Constraint } from './constraint.ts'
export { latestTag, sortTags, versionOfTag } from './tags.ts'
export {
  comparePrereleases,
  compareVersions,
  formatVersion,
  parseStrictVersion,
  parseVersion,
  type Version,
} from './version.ts'
