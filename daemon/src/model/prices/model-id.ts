// One model has many names: gateways put a provider in front, clouds a region and a version, agents a window or a speed behind.
// A name is taken apart by rule and then looked up whole. Nothing is matched by substring: "opus-5" is not "opus-5-5".

export interface ModelId {
  /** The vendor's bare name, lower case, without date: "claude-opus-4-5", "gpt-5.4". */
  readonly name: string
  /** The name carried "-fast". */
  readonly fast: boolean
  /** The name carried "[1m]". */
  readonly million: boolean
  /** The name is that of another seller (a cloud, a gateway), who may have prices of his own. */
  readonly resold: boolean
}

const GATEWAY = /^(?:[a-z0-9_.-]+\/)+/
const CLOUD = /^(?:(?:us|eu|jp|au|apac|global|us-gov)\.)?(?:anthropic|openai)\./
const CLOUD_VERSION = /-v\d+(?::\d+)?$/
const VERTEX_DATE = /@(?:\d{8}|latest|default)$/
const DATE = /-(?:\d{8}|\d{4}-\d{2}-\d{2}|latest)$/

/** Takes a reported model name apart. Never fails: what it does not know it leaves in the name. */
export function modelIdOf(reported: string): ModelId {
  let name = reported.trim().toLowerCase()
  const whole = name
  name = name.replace(GATEWAY, "").replace(CLOUD, "")
  let million = false
  let fast = false
  // Endings may follow each other in any order.
  for (let before = ""; before !== name;) {
    before = name
    if (name.endsWith("[1m]")) {
      million = true
      name = name.slice(0, -"[1m]".length)
    }
    if (name.endsWith("-fast")) {
      fast = true
      name = name.slice(0, -"-fast".length)
    }
    name = name.replace(CLOUD_VERSION, "").replace(VERTEX_DATE, "").replace(DATE, "")
  }
  const resold = GATEWAY.test(whole) || CLOUD.test(whole) || /@|-v\d+(?::\d+)?(?:\[1m\])?$/.test(whole)
  return { name, fast, million, resold }
}
