// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import InMemoryTracing
import MetricsTestKit
import TestSupport
import Testing
import Tracing

@testable import Micro

/// The metrics and spans of calls, with OpenTelemetry's names.
@Suite(.timeLimit(.minutes(1))) struct CallTelemetryTests {
    private func whileServing(_ name: String, _ transportKind: TransportKind, _ body: (Client) async throws -> Void)
        async throws
    {
        let fixture = ServiceFixture(transportKind)
        let service = try fixture.makeService(name)
        service.handle("Echo") { (text: Text, _) in
            guard text.text != "fail" else { throw MicroError(.permissionDenied, "no") }
            return text
        }
        let ownClient = service.client
        service.handle("Chain") { (text: Text, _) -> Text in try await ownClient.call(name, "Echo", text) }
        service.handleStream("Talk") { (talk: MessageStream<Text, Text>, _) in
            for try await text in talk {
                guard text.text != "fail" else { throw MicroError(.permissionDenied, "no") }
                try await talk.send(text)
            }
        }
        try await fixture.whileServing(service) { client in try await body(client) }
    }

    private func talk(_ client: Client, _ name: String, sending text: String = "hello") async throws {
        let talk = try await client.stream(name, "Talk", sending: Text.self, receiving: Text.self)
        try await talk.send(Text(text: text))
        // The service may have ended the stream already; the read throws its error.
        try? await talk.finish()
        for try await _ in talk {}
    }

    @Test(arguments: TransportKind.allCases) func callDurationsAreRecordedByMethodAndStatus(
        _ transportKind: TransportKind
    ) async throws {
        let metrics = Telemetry.metrics
        let name = "measured-\(transportKind)"
        try await whileServing(name, transportKind) { client in
            for text in ["one", "two", "fail"] {
                _ = try? await client.call(name, "Echo", Text(text: text), returning: Text.self)
            }
            _ = try? await client.call(name, "Nothing", Text(text: ""), returning: Text.self)
            try await talk(client, name)
            func count(_ side: String, _ endpoint: String, _ status: String) -> Int {
                var dimensions = [
                    ("rpc.system.name", "micro"), ("rpc.method", "\(name)/\(endpoint)"),
                    ("rpc.response.status_code", status),
                ]
                if status != "ok" { dimensions.append(("error.type", status)) }
                let timers = metrics.timers(label: "rpc.\(side).call.duration", dimensions: dimensions)
                return timers.map(\.values.count).reduce(0, +)
            }
            for side in ["client", "server"] {
                #expect(await eventually { count(side, "Talk", "ok") == 1 })
                #expect(count(side, "Echo", "ok") == 2 && count(side, "Echo", "permissionDenied") == 1)
            }
            #expect(count("client", "Nothing", "notFound") == 1)
            // Callers can use any number of unknown names, which share one metric.
            #expect(count("server", "Nothing", "notFound") == 0 && count("server", "_OTHER", "notFound") == 1)
        }
    }

    @Test(arguments: TransportKind.allCases) func tracePropagatesBetweenServices(_ transportKind: TransportKind)
        async throws
    {
        let (tracer, name) = (Telemetry.tracer, "traced-\(transportKind)")
        try await whileServing(name, transportKind) { client in
            let _: Text = try await client.call(name, "Chain", Text(text: "hello"))
            _ = try? await client.call(name, "Echo", Text(text: "fail"), returning: Text.self)
            try await talk(client, name)
            try? await talk(client, name, sending: "fail")
            func spans() -> [FinishedInMemorySpan] {
                tracer.finishedSpans.filter { $0.operationName.hasPrefix(name + "/") }
            }
            #expect(await eventually { spans().count == 10 })
            func span(_ endpoint: String, _ kind: SpanKind, fails: Bool = false) throws -> FinishedInMemorySpan {
                try #require(
                    spans().first {
                        $0.operationName == "\(name)/\(endpoint)" && $0.kind == kind
                            && ($0.status?.code == .error) == fails
                    })
            }
            let chain = try (
                span("Chain", .client), span("Chain", .server), span("Echo", .client), span("Echo", .server)
            )
            #expect(chain.1.parentSpanID == chain.0.spanID && chain.2.parentSpanID == chain.1.spanID)
            #expect(chain.3.parentSpanID == chain.2.spanID && chain.3.traceID == chain.0.traceID)
            #expect(chain.0.attributes["rpc.system.name"]?.toSpanAttribute() == "micro")
            for (endpoint, kind) in [
                ("Echo", SpanKind.client), ("Echo", .server), ("Talk", .client), ("Talk", .server),
            ] {
                let failed = try span(endpoint, kind, fails: true)
                #expect(failed.attributes["error.type"]?.toSpanAttribute() == "permissionDenied")
                #expect(failed.errors.count == 1)
            }
            #expect(try span("Talk", .server).parentSpanID == span("Talk", .client).spanID)
        }
    }

    @Test func unknownEndpointNamesShareOneMetric() {
        let metrics = Telemetry.metrics
        let descriptors = CallDescriptorCache(codecs: Codecs([JSONCodec()]))
        for number in 0..<(CallDescriptorCache.maxDescriptors + 10) {
            let descriptor: CallDescriptor<Text, Text> = descriptors.descriptor("made-up", "E\(number)")
            descriptor.metrics.record(since: .now, nil)
        }
        let timers = metrics.timers(label: "rpc.client.call.duration")
        let own = timers.filter { timer in
            timer.dimensions.contains { $0.0 == "rpc.method" && $0.1.hasPrefix("made-up/") }
        }
        let others = timers.filter { timer in timer.dimensions.contains { $0.0 == "rpc.method" && $0.1 == "_OTHER" } }
        #expect(own.count == CallDescriptorCache.maxDescriptors && others.flatMap(\.values).count >= 10)
    }
}
