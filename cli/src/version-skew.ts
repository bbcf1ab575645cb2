// CLI and daemon come from one repository; when they come from different versions of it, the user should know once.

import { safeLabel } from "@vibecraft/shared/safe-text"

/** One warning line when the daemon is of another version than this program; undefined when it is not, or when either is not known. */
export function versionSkew(ownVersion: string, daemonVersion: string): string | undefined {
  if (ownVersion === "" || daemonVersion === "" || ownVersion === daemonVersion) return undefined
  return `vibecraft ${ownVersion} speaks to vibecraftd ${safeLabel(daemonVersion, 40)}; restart the daemon to bring both to one version`
}
