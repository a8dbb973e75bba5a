// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import Synchronization
import TestServers
import TestSupport
import Testing

/// The program that is deployed, without a backend.
@Suite(.startsServers, .timeLimit(.minutes(2))) struct DeployTests {
    /// The requests to a collector.
    private final class Received: Sendable {
        let bodies = Mutex<[String]>([])
        var last: String? { bodies.withLock(\.last) }
    }

    @Test func metricsAndLogsReachTheirSystems() async throws {
        let ports = try Machine.freePorts(2)
        let received = Received()
        let collector = try ScriptedServer(responding: { request in
            received.bodies.withLock { $0.append("\(request.target) \(String(decoding: request.body, as: UTF8.self))") }
            return ScriptedResponse(status: 200, text: "{}")
        })
        defer { collector.stop() }
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let server = try ChildProcess(
            folder.appendingPathComponent("deploy-server").path, [],
            environment: [
                "MICRO_SERVER_ADDRESS": "127.0.0.1:\(ports[0])", "OTEL_EXPORTER_PROMETHEUS_PORT": "\(ports[1])",
                "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "MICRO_LOG_FORMAT": "json",
            ])
        #expect(await eventually(within: .seconds(20)) { server.text.contains(#""message":"service registered""#) })
        let transfer = CurlTransfer()
        for (name, status) in [("John", 200), ("", 400)] {
            var call = CurlRequest(url: "http://127.0.0.1:\(ports[0])/Greeter.Hello", timeout: .seconds(5))
            call.method = "POST"
            call.headers = [("Content-Type", "application/json")]
            call.body = Array(#"{"name":"\#(name)"}"#.utf8)
            #expect(try await transfer.perform(call).status == status)
        }
        let url = "http://127.0.0.1:\(ports[1])/metrics"
        let expected = [
            #"rpc_server_call_duration_seconds_count{rpc_system_name="micro",rpc_method="greeter/Greeter.Hello","#
                + #"rpc_response_status_code="ok"} 1"#,
            #"error_type="invalidArgument"} 1"#, "# TYPE messaging_client_sent_messages_total counter",
            "messaging_process_duration_seconds_bucket", "micro_registration_up{service=\"greeter\"} 1.0",
        ]
        var text = ""
        #expect(
            try await eventually {
                let response = try await transfer.perform(CurlRequest(url: url, timeout: .seconds(5)))
                text = String(decoding: response.body, as: UTF8.self)
                return expected.allSatisfy(text.contains)
            }, "\(text)")
        await transfer.close()
        #expect(await eventually { server.text.contains(#""message":"greeted","metadata":{"name":"John""#) })
        server.send(SIGTERM)
        #expect(await server.exitStatus() == 0, "\(server.text)")
        let last = try #require(received.last)
        #expect(last.hasPrefix("/v1/metrics {"))
        #expect(last.contains("rpc.server.call.duration") && last.contains("messaging.client.consumed.messages"))
    }

    @Test func unreachableCollectorIsLoggedOnceAndStopsNothing() async throws {
        let nowhere = "http://127.0.0.1:\(try Machine.freePorts(1)[0])"
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let server = try ChildProcess(
            folder.appendingPathComponent("deploy-server").path, [],
            environment: [
                "OTEL_EXPORTER_PROMETHEUS_PORT": "\(try Machine.freePorts(1)[0])",
                "OTEL_EXPORTER_OTLP_ENDPOINT": nowhere,
            ])
        #expect(await eventually(within: .seconds(20)) { server.text.contains("service registered") })
        server.send(SIGTERM)
        #expect(await server.exitStatus() == 0, "\(server.text)")
        #expect(server.text.split(separator: "\n").count { $0.contains("metrics could not be exported") } == 1)
    }

    @Test(arguments: [
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "metrics"), ("OTEL_EXPORTER_OTLP_ENDPOINT", "nowhere"),
        ("MICRO_LOG_LEVEL", "loud"),
    ])
    func invalidSettingStopsTheStart(_ name: String, _ value: String) async throws {
        let folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        let server = try ChildProcess(
            folder.appendingPathComponent("deploy-server").path, [], environment: [name: value])
        #expect(await server.exitStatus() == 1)
        #expect(server.text.contains("\(name)=\(value) is not valid"), "\(server.text)")
    }
}
