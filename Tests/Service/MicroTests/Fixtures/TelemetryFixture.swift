// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import InMemoryTracing
import Metrics
import MetricsTestKit
import Tracing

/// The metrics and spans of the whole test process, which can set up each backend only once.
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
