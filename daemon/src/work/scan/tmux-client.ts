// Asks one tmux server one question and never waits long for the answer: a stopped server would hang its client for ever.

import { execFile } from "node:child_process"

export interface TmuxQuestion {
  readonly socket: string
  /** Client to try first; "tmux" is looked up in PATH. */
  readonly binary: string
  /** Client of the server's own version, tried when the first one is missing or too old to be understood. */
  readonly serverExe?: string
  readonly args: readonly string[]
  readonly timeoutMs: number
  /** Kills the client when it aborts, as the time-out does: a client of a stopped server would outlive who asks. */
  readonly signal?: AbortSignal
}

/** `gone`: nobody listens there. `unreachable`: a server lives but its socket file is gone. `no-client`: no tmux to ask with. */
export type TmuxFailure = "timeout" | "gone" | "unreachable" | "no-client" | "failed"

export type TmuxAnswer =
  | { readonly ok: true; readonly stdout: string; readonly stderr: string }
  | { readonly ok: false; readonly failure: TmuxFailure; readonly detail: string; readonly stdout: string }

/** Asks; the answer always comes, at the latest after two timeouts. UTF-8 is forced, whatever the locale. */
export const askTmux = async (question: TmuxQuestion): Promise<TmuxAnswer> => {
  const answer = await askWith(question.binary, question)
  const { serverExe } = question
  if (answer.ok || serverExe === undefined || serverExe === question.binary) return answer
  if (answer.failure !== "no-client" && !isVersionSkew(answer.detail)) return answer
  return askWith(serverExe, question)
}

/** What an old client says of a newer server; the server is well. */
const isVersionSkew = (detail: string): boolean => /server exited unexpectedly|protocol version mismatch|lost server/.test(detail)

const askWith = (binary: string, { socket, args, timeoutMs, signal }: TmuxQuestion): Promise<TmuxAnswer> =>
  new Promise((resolve) => {
    const environment = { PATH: process.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin", LC_ALL: "C.UTF-8" }
    // SIGKILL: a client of a stopped server waits for it even after SIGTERM.
    const options = {
      timeout: timeoutMs,
      ...(signal === undefined ? {} : { signal }),
      killSignal: "SIGKILL",
      maxBuffer: 32 * 1024 * 1024,
      encoding: "utf8",
      env: environment,
      cwd: "/",
    } as const
    execFile(binary, ["-u", "-S", socket, ...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve({ ok: true, stdout, stderr })
      const detail = stderr.trim().split("\n")[0] ?? ""
      if (error.killed === true) return resolve({ ok: false, failure: "timeout", detail: `no answer within ${timeoutMs} ms`, stdout })
      if (error.code === "ENOENT" || error.code === "EACCES")
        return resolve({ ok: false, failure: "no-client", detail: `cannot run ${binary}`, stdout })
      resolve({ ok: false, failure: failureOf(detail), detail: detail === "" ? "the client failed without a word" : detail, stdout })
    })
  })

const failureOf = (detail: string): TmuxFailure => {
  if (detail.startsWith("no server running") || detail.includes("Connection refused")) return "gone"
  if (detail.includes("No such file or directory")) return "unreachable"
  return "failed"
}
