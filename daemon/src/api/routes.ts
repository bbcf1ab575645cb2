// Which services there are. A new one is one more line here.

import type { ConnectRouter, ServiceImpl } from "@connectrpc/connect"
import { Health } from "@vibecraft/shared/gen/grpc/health/v1/health_pb"
import { ActivityService } from "@vibecraft/shared/gen/vibecraft/v1/activity_service_pb"
import { DaemonService } from "@vibecraft/shared/gen/vibecraft/v1/daemon_service_pb"
import { MetricsService } from "@vibecraft/shared/gen/vibecraft/v1/metrics_service_pb"
import { SessionService } from "@vibecraft/shared/gen/vibecraft/v1/session_service_pb"
import { StoreService } from "@vibecraft/shared/gen/vibecraft/v1/store_service_pb"
import { createHealthService } from "./health-service.ts"
import type { Subscribers } from "./subscribers.ts"

export interface Services {
  readonly sessions: ServiceImpl<typeof SessionService>
  readonly metrics: ServiceImpl<typeof MetricsService>
  readonly activity: ServiceImpl<typeof ActivityService>
  readonly daemon: ServiceImpl<typeof DaemonService>
  readonly store: ServiceImpl<typeof StoreService>
  readonly subscribers: Subscribers
}

/** Registers every service and the health checks that answer for them. */
export function createRoutes(services: Services): (router: ConnectRouter) => void {
  const names = [SessionService, MetricsService, ActivityService, DaemonService, StoreService, Health].map((service) => service.typeName)
  return (router) => {
    router
      .service(SessionService, services.sessions)
      .service(MetricsService, services.metrics)
      .service(ActivityService, services.activity)
      .service(DaemonService, services.daemon)
      .service(StoreService, services.store)
      .service(Health, createHealthService(names, services.subscribers))
  }
}
