// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
public import Logging
import NIOCore
public import ServiceLifecycle

/// Responds to `GET /metrics`, which Prometheus requests every few seconds.
public struct PrometheusServer: Service {
    private let metrics: MetricsStore
    private let port: Int
    private let logger: Logger

    /// Creates a server for all interfaces of the machine.
    ///
    /// - Parameter port: The port; OpenTelemetry's default is 9464.
    public init(_ metrics: MetricsStore, port: Int, logger: Logger = Logger(label: "metrics")) {
        (self.metrics, self.port, self.logger) = (metrics, port, logger)
    }

    /// Serves until a graceful shutdown, or until the task is cancelled.
    public func run() async throws {
        let router = Router()
        router.get("metrics") { [metrics] _, _ in
            Response(
                status: .ok, headers: [.contentType: PrometheusText.contentType],
                body: .init(byteBuffer: ByteBuffer(string: PrometheusText.text(of: metrics.snapshot))))
        }
        let application = Application(
            router: router, configuration: .init(address: .hostname("0.0.0.0", port: port)), logger: logger)
        try await application.run()
    }
}
