import type { Access, Services, Session } from '@ocish/host'
import type { Location } from '@ocish/sdk'
import { type ContextRules, inContext } from './context.ts'

/** The services of a session whose relative names mean something: what `cd` chose. */
export function contextual(session: Session, rules: () => ContextRules): Services {
  const located = (location: string | Location): Location =>
    typeof location === 'string' ? session.locate(inContext(location, rules())) : location
  const own: Pick<Services, 'locate' | 'open' | 'openRegistry'> = {
    locate: (text) => located(text),
    open: async (location, access: Access) => session.open(located(location), access),
    openRegistry: async (location) => session.openRegistry(located(location)),
  }
  return new Proxy<Services>(session, {
    get(target, name) {
      if (Object.hasOwn(own, name)) return Reflect.get(own, name) as unknown
      const value = Reflect.get(target, name, target) as unknown
      return typeof value === 'function' ? (value.bind(target) as unknown) : value
    },
  })
}
