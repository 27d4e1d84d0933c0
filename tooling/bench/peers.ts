import type { Side } from './measure.ts'
import { findProgram, runProcess } from './processes.ts'

/** Both ends of a copy: `HOST/REPOSITORY:TAG`, or `oci:FOLDER:TAG`. */
export interface Places {
  readonly from: string
  readonly to: string
}

/** The arguments by which a program copies an image; undefined where it has no such way. */
type Words = (places: Places) => readonly string[] | undefined

const layout = 'oci:'

function folderOf(place: string): string {
  return place.slice(layout.length).replace(/:1$/, '')
}

function hostOf(place: string): string {
  return place.slice(0, place.indexOf('/'))
}

const skopeo: Words = ({ from, to }) => {
  const transport = (place: string): string => (place.startsWith(layout) ? place : `docker://${place}`)
  const plain = ['--src-tls-verify=false', '--dest-tls-verify=false']
  const flags = ['--insecure-policy', 'copy', '-q', ...plain, '--preserve-digests']
  return [...flags, transport(from), transport(to)]
}

const oras: Words = ({ from, to }) => {
  const side = (which: 'from' | 'to', place: string): readonly string[] =>
    place.startsWith(layout)
      ? [`--${which}-oci-layout`, place.slice(layout.length)]
      : [`--${which}-plain-http`, place]
  return ['cp', ...side('from', from), ...side('to', to)]
}

const crane: Words = ({ from, to }) => {
  if (from.startsWith(layout)) return ['push', '--insecure', folderOf(from), to]
  if (to.startsWith(layout)) return ['pull', '--insecure', '--format=oci', from, folderOf(to)]
  return ['copy', '--insecure', from, to]
}

const regctl: Words = ({ from, to }) => {
  const remote = [from, to].filter((place) => !place.startsWith(layout)).map(hostOf)
  const hosts = [...new Set(remote)].flatMap((host) => ['--host', `reg=${host},tls=disabled`])
  const named = (place: string): string =>
    place.startsWith(layout) ? `ocidir://${place.slice(layout.length)}` : place
  return [...hosts, 'image', 'copy', named(from), named(to)]
}

/** Programs that copy images, skopeo first. */
const programs: Readonly<Record<string, Words>> = { skopeo, oras, crane, regctl }

/** Names of the peers that are on PATH. */
export function peersFound(): readonly string[] {
  return Object.keys(programs).filter((name) => findProgram(name) !== undefined)
}

/** A peer that copies what `places` names, which is asked anew for each run. */
export function peer(name: string, places: () => Places): Side {
  return {
    name,
    run: () => {
      const words = programs[name]?.(places())
      if (words === undefined) throw new Error(`${name} cannot copy this`)
      return runProcess(findProgram(name) ?? name, words)
    },
  }
}
