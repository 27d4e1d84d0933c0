import { program } from '../../tooling/src/build.ts'

export default program({ bin: 'src/bin.ts', main: 'src/main.ts' })
