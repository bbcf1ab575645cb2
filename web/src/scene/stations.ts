/**
 * Where a tool is at work: the stations of a zone, where each stands and which tools lead to it.
 * The order is that of the vertex attribute in the furniture's geometry.
 */
import type { GroundPoint } from "../layout/hex.ts"

/** Name of a station. */
export type Station = "library" | "desk" | "workbench" | "terminal" | "scanner" | "antenna" | "portal" | "taskboard" | "exchange" | "centre"

/** All stations, the centre last. */
export const STATIONS: readonly Station[] = [
  "library",
  "desk",
  "workbench",
  "terminal",
  "scanner",
  "antenna",
  "portal",
  "taskboard",
  "exchange",
  "centre",
]

/** The plan is drawn for small furniture; everything stands this much further out. */
const SPREAD = 1.34
/** How far before a station its robot stands, in world units. */
const STAND_OFF = 1.75

const PLAN: Readonly<Record<Station, readonly [x: number, z: number]>> = {
  library: [0, -4],
  desk: [4, 0],
  workbench: [-4, 0],
  terminal: [0, 4],
  scanner: [3, -3],
  antenna: [-3, -3],
  portal: [-3, 3],
  taskboard: [3, 3],
  exchange: [5.1, -2.2],
  centre: [0, 0],
}

const TOOLS = new Map<string, Station>([
  ...each("library", ["read", "view_image", "read_file", "notebookread"]),
  ...each("desk", ["write", "notebookedit", "create_file"]),
  ...each("workbench", ["edit", "multiedit", "apply_patch"]),
  ...each("terminal", [
    "bash",
    "bashoutput",
    "killshell",
    "killbash",
    "shell",
    "local_shell",
    "exec_command",
    "write_stdin",
    "unified_exec",
    "monitor",
  ]),
  ...each("scanner", ["grep", "glob", "ls", "lsp", "toolsearch", "tool_search", "list_dir", "grep_files"]),
  ...each("antenna", ["webfetch", "websearch", "web_search", "web_search_call"]),
  ...each("portal", ["agent", "task", "sendmessage", "spawn_agent", "send_input", "wait_agent", "close_agent", "taskoutput", "taskstop"]),
  ...each("taskboard", ["todowrite", "todoread", "taskcreate", "taskupdate", "tasklist", "taskget", "update_plan"]),
  ...each("exchange", ["skill", "slashcommand", "listmcpresources", "readmcpresource", "list_mcp_resources", "read_mcp_resource"]),
])

function each(station: Station, tools: readonly string[]): [string, Station][] {
  return tools.map((tool) => [tool, station])
}

/** The station of a tool, by the agent's own name for it; the centre for one that is not known. */
export function stationOf(tool: string): Station {
  const name = tool.toLowerCase()
  return TOOLS.get(name) ?? (name.startsWith("mcp__") || name.includes("__") ? "exchange" : "centre")
}

/** Index of a station in STATIONS. */
export function stationIndex(station: Station): number {
  return STATIONS.indexOf(station)
}

/** Centre of a station, relative to its zone's. */
export function stationPlace(station: Station): GroundPoint {
  const [x, z] = PLAN[station]
  return { x: x * SPREAD, z: z * SPREAD }
}

/** Where the robot stands to use it, relative to the zone's centre. */
export function standPlace(station: Station): GroundPoint {
  const { x, z } = stationPlace(station)
  const length = Math.hypot(x, z)
  if (length === 0) return { x: 0, z: 0 }
  const share = (length - STAND_OFF) / length
  return { x: x * share, z: z * share }
}
