// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestServers
import TestSupport
import Testing

/// The requests to a collector, parsed with OpenTelemetry's own definitions: the Python package `opentelemetry-proto`, whose
/// parser refuses unknown fields and values of another type.
@Suite(.startsServers, .enabled("needs Python with opentelemetry-proto") { try await Schema.isInstalled() })
struct OpenTelemetrySchemaTests {
    @Test(.timeLimit(.minutes(1))) func requestsMatchTheDefinitions() async throws {
        let bodies = Mutex<[[UInt8]]>([])
        let collector = try ScriptedServer(responding: { request in
            bodies.withLock { $0.append(Array(request.body)) }
            return ScriptedResponse(status: 200, text: "{}")
        })
        defer { collector.stop() }
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let server = try ChildProcess(
            folder.appendingPathComponent("deploy-server").path, [],
            environment: [
                "OTEL_EXPORTER_PROMETHEUS_PORT": "\(try Machine.freePorts(1)[0])",
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
            ])
        #expect(await eventually(within: .seconds(20)) { server.text.contains("service registered") })
        server.send(SIGTERM)
        #expect(await server.exitStatus() == 0, "\(server.text)")
        let last = bodies.withLock(\.last)
        let body = try #require(last)
        let names = try await Schema.metricNames(in: body)
        #expect(names.contains("micro.registration.up gauge greeter"), "\(names)")
        // The parser notices a defect.
        let wrong = String(decoding: body, as: UTF8.self).replacing(#""dataPoints""#, with: #""points""#)
        await #expect(throws: TestServerError.self) {
            _ = try await Schema.metricNames(in: Array(wrong.utf8))
        }
    }
}

/// OpenTelemetry's definitions of metrics.
private enum Schema {
    private static let script = """
        import sys
        from google.protobuf import json_format
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
        if len(sys.argv) > 1:
            request = json_format.Parse(open(sys.argv[1]).read(), ExportMetricsServiceRequest())
            for resource in request.resource_metrics:
                service = [a.value.string_value for a in resource.resource.attributes if a.key == "service.name"][0]
                for metric in (m for scope in resource.scope_metrics for m in scope.metrics):
                    print(metric.name, metric.WhichOneof("data"), service)
        """

    static func isInstalled() async throws -> Bool {
        guard let python = Machine.path(of: "python3") else { return false }
        return await (try ChildProcess(python, ["-c", script])).exitStatus() == 0
    }

    /// The metrics of a request, each as name, kind and service.
    static func metricNames(in body: [UInt8]) async throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appendingPathComponent("otlp-\(UUID().uuidString).json")
        try Data(body).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let child = try ChildProcess(Machine.path(of: "python3") ?? "python3", ["-c", script, file.path])
        guard await child.exitStatus() == 0 else { throw TestServerError(description: child.text) }
        return child.text.split(separator: "\n").map(String.init)
    }
}
