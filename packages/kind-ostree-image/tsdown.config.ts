import { library } from '../../tooling/src/build.ts'

export default library({ index: 'src/index.ts' })
