// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import DeployMetrics
import Foundation
import GreeterContract
import Logging
import Metrics
import Micro
import MicroBackends
import ServiceLifecycle
import UnixSignals

/// The greeter as it is deployed: with logs for a log system, metrics for Prometheus and for an OpenTelemetry collector.
///
/// Besides the variables of the toolkit it reads two of OpenTelemetry's: `OTEL_EXPORTER_PROMETHEUS_PORT` (the port of
/// `GET /metrics`, 9464 by default) and `OTEL_EXPORTER_OTLP_ENDPOINT` (the collector, such as `http://collector:4318`; none by
/// default).
@main
struct DeployServer {
    struct Greeted: Codable, Sendable {
        static let topic = "greeter.greeted"
        var name: String
    }

    static func main() async {
        await Microservice.main {
            try LogConfiguration.environment().bootstrap()
            let metrics = MetricsStore()
            MetricsSystem.bootstrap(metrics)
            let services: [(any Service)?] = [
                try makePrometheusServer(metrics), try makeExporter(metrics), try makeService(),
            ]
            try await run(services.compactMap(\.self))
        }
    }

    private static func makeService() throws -> Microservice {
        let service = try Microservice("greeter", backends: .environment)
        service.handle("Greeter.Hello") { (request: HelloRequest, context) in
            guard !request.name.isEmpty else { throw MicroError(.invalidArgument, "the name is empty") }
            try await context.client.publish(Greeted(name: request.name), to: Greeted.topic)
            return HelloResponse(
                greeting: "Hello \(request.name)", process: ProcessInfo.processInfo.processIdentifier)
        }
        service.subscribe(Greeted.topic, queue: "audits") { (event: Greeted, context) in
            context.logger.info("greeted", metadata: ["name": "\(event.name)"])
        }
        return service
    }

    /// Runs until SIGTERM or SIGINT. The last one stops first, so that the metrics of its end are exported.
    private static func run(_ services: [any Service]) async throws {
        try await ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: Logger(label: "greeter")
        ).run()
    }

    private static func makePrometheusServer(_ metrics: MetricsStore) throws -> any Service {
        let name = "OTEL_EXPORTER_PROMETHEUS_PORT"
        let text = environment(name) ?? "9464"
        guard let port = UInt16(text) else { throw invalid(name, text, "a port") }
        return PrometheusServer(metrics, port: Int(port))
    }

    private static func makeExporter(_ metrics: MetricsStore) throws -> (any Service)? {
        let name = "OTEL_EXPORTER_OTLP_ENDPOINT"
        guard let text = environment(name) else { return nil }
        guard let url = URL(string: text), url.host() != nil else { throw invalid(name, text, "a URL") }
        return OTLPExporter(metrics, to: url, service: "greeter")
    }

    private static func environment(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    private static func invalid(_ name: String, _ text: String, _ expected: String) -> MicroError {
        MicroError(.invalidArgument, "\(name)=\(text) is not valid: expected \(expected)")
    }
}
