// The standard gRPC health checks. The port answers only once everything behind it does, so a known name is SERVING until the daemon stops.

import { Code, ConnectError, type ServiceImpl } from "@connectrpc/connect"
import { type Health, HealthCheckResponse_ServingStatus as ServingStatus } from "@vibecraft/shared/gen/grpc/health/v1/health_pb"
import { untilAborted } from "./or-abort.ts"
import type { Subscribers } from "./subscribers.ts"

/** Answers for the whole server (the empty name) and for each of the full service names. */
export function createHealthService(services: readonly string[], subscribers: Subscribers): ServiceImpl<typeof Health> {
  const known = new Set(["", ...services])
  return {
    check({ service }) {
      if (!known.has(service)) throw new ConnectError("unknown service", Code.NotFound)
      return { status: ServingStatus.SERVING }
    },
    async *watch({ service }, { signal }) {
      const leave = subscribers.enter(signal)
      try {
        yield { status: known.has(service) ? ServingStatus.SERVING : ServingStatus.SERVICE_UNKNOWN }
        await untilAborted(signal)
      } finally {
        leave()
      }
    },
  }
}
