// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Metrics
import MicroCore
import Synchronization

/// The durations of the calls of one endpoint: the metrics `rpc.client.call.duration` and `rpc.server.call.duration` of
/// OpenTelemetry's conventions (https://opentelemetry.io/docs/specs/semconv/rpc/rpc-metrics). A stream counts as one call.
///
/// Dimensions: `rpc.system.name` (`micro`), `rpc.method` (such as `greeter/Greeter.Hello`), `rpc.response.status_code` (`ok`, the
/// name of a ``/MicroCore/MicroError/Code``, or `cancelled`) and, unless the status is `ok`, the status as `error.type`.
final class CallMetrics: Sendable {
    enum Side: String { case client, server }

    /// The value of `rpc.method` for endpoints without their own metrics.
    static let otherMethod = "_OTHER"

    /// The value of `rpc.method`: the service and the endpoint.
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

    /// Runs a call and records its duration and status.
    func measure<Response>(_ body: () async throws -> Response) async throws -> Response {
        let start = ContinuousClock.now
        do {
            let response = try await body()
            record(since: start, nil)
            return response
        } catch {
            record(since: start, error)
            throw error
        }
    }

    /// Records a call that started at an instant and has ended now.
    func record(since start: ContinuousClock.Instant, _ error: (any Error)?) {
        let duration = ContinuousClock.now - start
        guard let error else { return success.record(duration: duration) }
        let status = Self.status(of: error)
        let timer = failures.withLock { failures in
            if let timer = failures[status] { return timer }
            let timer = Self.timer(label, method, status: status)
            failures[status] = timer
            return timer
        }
        timer.record(duration: duration)
    }

    /// The status of an error: one of a small set, independent of the message.
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
