import { describe, expect, it } from 'vitest'
import { chooseChallenge, parseChallenges } from './challenge.ts'
import { Scopes } from './scope.ts'

describe('a challenge', () => {
  it.each([
    ['Basic realm="r"', [['basic', { realm: 'r' }]]],
    [
      'bEaReR Realm = "https://a/t?x=1,2" , Service=s',
      [['bearer', { realm: 'https://a/t?x=1,2', service: 's' }]],
    ],
    [
      'Negotiate, Basic realm="r"',
      [
        ['negotiate', {}],
        ['basic', { realm: 'r' }],
      ],
    ],
    [
      'Negotiate YWJj==, Bearer realm="u",scope="a:b:c d:e:f"',
      [
        ['negotiate', {}],
        ['bearer', { realm: 'u', scope: 'a:b:c d:e:f' }],
      ],
    ],
    [String.raw`Bearer realm="a\"b\\c",`, [['bearer', { realm: String.raw`a"b\c` }]]],
    ['Bearer realm="1",realm="2"', [['bearer', { realm: '1' }]]],
    [
      'Digest realm="a, b", qop="auth", Bearer realm="u"',
      [
        ['digest', { realm: 'a, b', qop: 'auth' }],
        ['bearer', { realm: 'u' }],
      ],
    ],
    ['Bearer realm="unclosed', [['bearer', { realm: 'unclosed' }]]],
    [',,  ,', []],
    ['=,="x"', [['x', {}]]],
  ])('is read: %s', (line, expected) => {
    const read = parseChallenges([line]).map(({ scheme, parameters }) => [
      scheme,
      Object.fromEntries(parameters),
    ])
    expect(read).toStrictEqual(expected)
  })

  it('of Bearer comes before one of Basic, also over several lines', () => {
    const lines = ['Basic realm="r"', 'Bearer realm="u"']
    expect(chooseChallenge(parseChallenges(lines))?.scheme).toBe('bearer')
    expect(chooseChallenge(parseChallenges(['Digest realm="x"']))).toBeUndefined()
  })

  it('T43 a hundred of them are bounded', () => {
    const line = Array.from({ length: 100 }, (_, at) => `Scheme${at} a="b"`).join(', ')
    expect(parseChallenges(Array.from({ length: 100 }, () => line)).length).toBeLessThanOrEqual(32)
  })

  it.each(['"', '\\', ',', 'a=', 'a ', '= '])('T44 is read in linear time: many %j', (piece) => {
    expect(parseChallenges([piece.repeat(100_000)]).length).toBeLessThanOrEqual(32)
  })
})

describe('scopes', () => {
  it('are sets: order does not matter, and names may hold a port', () => {
    const a = Scopes.parse('repository:host:5000/x:push,pull repository:y:pull')
    const b = Scopes.parse('repository:y:pull', 'repository:host:5000/x:pull,push')
    expect(a.toString()).toBe(b.toString())
    expect(a.covers(Scopes.parse('repository:host:5000/x:pull'))).toBe(true)
    expect(a.covers(Scopes.parse('repository:y:push'))).toBe(false)
    expect(Scopes.parse('registry:catalog:*').covers(Scopes.parse('registry:catalog:list'))).toBe(true)
  })
})
