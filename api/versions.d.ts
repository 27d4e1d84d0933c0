// index.d.mts
/**
 * A version as Masterminds/semver v3 reads it: `v` in front, missing minor and patch, and leading zeros are allowed; each
 * number is at most 2^64 − 1.
 */
interface Version {
  /** As it was written. */
  readonly text: string;
  readonly major: bigint;
  readonly minor: bigint;
  readonly patch: bigint;
  /** Without the dash; empty for a release. */
  readonly prerelease: string;
  /** Without the plus. */
  readonly metadata: string;
}
/** A loose version, or nothing when the text is none. */
declare function parseVersion(text: string): Version | undefined;
/** Exactly three numbers, no `v`, no leading zeros: what helm takes from a tag list. */
declare function parseStrictVersion(text: string): Version | undefined;
/** `1.2.3-rc.1+build` in normal form. */
declare function formatVersion(version: Version): string;
/** Semver 2.0 precedence; metadata is ignored. Below 0: `a` comes first. */
declare function compareVersions(a: Version, b: Version): number;
/** A release is above every prerelease of it. */
declare function comparePrereleases(a: string, b: string): number;
/** A parsed constraint: groups joined by OR, the items of a group by AND. */
interface Constraint {
  readonly text: string;
  readonly groups: readonly (readonly Item[])[];
}
type Operator = "=" | "!=" | ">" | "<" | ">=" | "<=" | "~" | "^";
interface Item {
  readonly operator: Operator;
  /** Wildcards and missing parts are 0 here. */
  readonly base: Version;
  readonly dirty: "no" | "all" | "minor" | "patch";
}
/** A constraint in the language of Masterminds/semver v3 (specs: helm §10.1), or nothing when the text is none. */
declare function parseConstraint(text: string): Constraint | undefined;
/**
 * Whether a version satisfies a constraint. In a group none of whose items has a prerelease, every prerelease version
 * fails; else prereleases take part in the whole group.
 */
declare function satisfies(version: Version, constraint: Constraint): boolean;
/** The version a tag names: `_` stands for the `+` that tags cannot hold (helm). */
declare function versionOfTag(tag: string): Version | undefined;
/** The tags that are versions, highest first; equal ones keep their order. */
declare function sortTags(tags: Iterable<string>): readonly string[];
/** The tag of the highest version, prereleases included; the first of equal ones. */
declare function latestTag(tags: Iterable<string>): string | undefined;
export { type Constraint, type Version, comparePrereleases, compareVersions, formatVersion, latestTag, parseConstraint, parseStrictVersion, parseVersion, satisfies, sortTags, versionOfTag };