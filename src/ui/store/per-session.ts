import type { Session } from './session'

/** Something of which each session has its own, made when it is first asked for. */
export function perSession<Value extends object>(make: (session: Session) => Value): (session: Session) => Value {
  const known = new WeakMap<Session, Value>()
  return (session) => {
    let value = known.get(session)
    if (value === undefined) known.set(session, value = make(session))
    return value
  }
}
