import { expect } from 'vitest'
import { toFailWith } from './matchers.ts'

expect.extend({ toFailWith })
