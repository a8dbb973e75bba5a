// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Metrics
import MicroCore
import Synchronization

/// How long the calls of one endpoint take, by how they ended: the metrics `rpc.client.call.duration` and
/// `rpc.server.call.duration` of OpenTelemetry's conventions
/// (https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics). A stream counts as one call.
///
/// Dimensions: `rpc.system.name` (`micro`), `rpc.method` (such as `greeter/Greeter.Hello`), `rpc.response.status_code` (`ok`, the
/// name of a ``MicroError/Code``, or `cancelled`) and, but for `ok`, the same as `error.type`.
final class CallMetrics: Sendable {
    enum Side: String { case client, server }

    /// The service and the endpoint.
    let method: String
    private let label: String
    private let success: Timer
    private let failures = Mutex<[String: Timer]>([:])

    convenience init(_ side: Side, _ service: String, _ endpoint: String) {
        self.init(side, method: "\(service)/\(endpoint)")
    }

    init(_ side: Side, method: String) {
        self.method = method
        label = "rpc.\(side.rawValue).call.duration"
        success = Self.timer(label, method, status: "ok")
    }

    /// Counts a call that began at an instant and has ended now.
    func record(since start: ContinuousClock.Instant, _ error: (any Error)?) {
        let time = ContinuousClock.now - start
        guard let error else { return success.record(duration: time) }
        let status = Self.status(of: error)
        let timer = failures.withLock { failures in
            if let timer = failures[status] { return timer }
            let timer = Self.timer(label, method, status: status)
            failures[status] = timer
            return timer
        }
        timer.record(duration: time)
    }

    /// The name of what went wrong: one of few, whatever the texts are.
    static func status(of error: any Error) -> String {
        switch error {
        case let error as MicroError: error.code.description
        case is CancellationError: "cancelled"
        default: MicroError.Code.internal.description
        }
    }

    private static func timer(_ label: String, _ method: String, status: String) -> Timer {
        var dimensions = [
            ("rpc.system.name", "micro"), ("rpc.method", method), ("rpc.response.status_code", status),
        ]
        if status != "ok" { dimensions.append(("error.type", status)) }
        return Timer(label: label, dimensions: dimensions)
    }
}
