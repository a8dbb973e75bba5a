// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

public import Foundation
public import Logging
public import ServiceLifecycle

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Sends metrics to an OpenTelemetry collector by OTLP over HTTP, in JSON: `POST /v1/metrics`.
public struct OTLPExporter: Service {
    private let metrics: MetricsStore
    private let url: URL
    private let service: String
    private let interval: Duration
    private let logger: Logger

    /// Creates an exporter.
    ///
    /// - Parameters:
    ///   - endpoint: The collector, such as `http://127.0.0.1:4318`.
    ///   - service: The name of the service.
    ///   - interval: The time between two requests.
    public init(
        _ metrics: MetricsStore, to endpoint: URL, service: String, every interval: Duration = .seconds(10),
        logger: Logger = Logger(label: "metrics")
    ) {
        (self.metrics, self.service, self.interval, self.logger) = (metrics, service, interval, logger)
        url = endpoint.appendingPathComponent("v1/metrics")
    }

    /// Sends metrics at each interval, and a last time at a graceful shutdown. Values are cumulative: a failed request loses
    /// nothing. An outage is logged once as a warning, and further failures at the level debug.
    public func run() async throws {
        var isWorking = true
        while !Task.isShuttingDownGracefully, !Task.isCancelled {
            // Ends early at a shutdown.
            try? await cancelWhenGracefulShutdown { try await Task.sleep(for: interval) }
            await send(&isWorking)
        }
    }

    private func send(_ isWorking: inout Bool) async {
        do {
            try await post(OTLPRequest(metrics.snapshot, since: metrics.start, service: service))
            if !isWorking { logger.info("metrics export recovered", metadata: ["url": "\(url)"]) }
            isWorking = true
        } catch {
            let level: Logger.Level = isWorking ? .warning : .debug
            logger.log(level: level, "metrics could not be exported", metadata: ["url": "\(url)", "cause": "\(error)"])
            isWorking = false
        }
    }

    private func post(_ body: OTLPRequest) async throws {
        var request = URLRequest(url: url, timeoutInterval: 5)
        request.httpMethod = "POST"
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.httpBody = try JSONEncoder().encode(body)
        let (_, response) = try await URLSession.shared.data(for: request)
        guard let status = (response as? HTTPURLResponse)?.statusCode, status == 200 else {
            throw URLError(.badServerResponse)
        }
    }
}
