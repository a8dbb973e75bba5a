// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import InMemoryTracing
import Metrics
import MetricsTestKit
import Tracing

/// Where metrics and spans of the whole process go: it can be said only once.
enum Telemetry {
    static let metrics = {
        let metrics = TestMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()

    static let tracer = {
        let tracer = InMemoryTracer()
        InstrumentationSystem.bootstrap(tracer)
        return tracer
    }()
}
