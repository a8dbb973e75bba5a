// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import InMemoryTracing
import Micro
import ServiceContextModule
import TestSupport
import Testing
import Tracing

@Suite(.timeLimit(.minutes(1))) struct EventTracingTests {
    @Test(arguments: BrokerKind.allCases) func tracePropagatesFromPublisherToSubscriber(_ brokerKind: BrokerKind)
        async throws
    {
        let (tracer, fixture, spanIDs) = (
            Telemetry.tracer, try ServiceFixture(broker: brokerKind), ValueCollector<String?>()
        )
        let (service, topic) = (try fixture.makeService("mailer"), "traced.\(brokerKind)")
        service.subscribe(topic, queue: "q") { (event: UserCreated, context) in
            spanIDs.add(ServiceContext.current?.inMemorySpanContext?.spanID)
            if event.name == "bad", context.attempt == 1 { throw MicroError(.internal, "no") }
        }
        func spans() -> [FinishedInMemorySpan] {
            tracer.finishedSpans.filter { $0.operationName.hasSuffix(" \(topic)") }
        }
        try await fixture.whileServing([service], gracefully: true) {
            let request = try await withSpan("request") { span in
                try await service.publish(UserCreated(name: "good"), to: topic)
                return try #require(span.context.inMemorySpanContext)
            }
            #expect(await eventually { spans().count == 2 })
            let publish = try #require(spans().first { $0.operationName == "publish \(topic)" })
            let process = try #require(spans().first { $0.operationName == "process \(topic)" })
            #expect(publish.kind == .producer && process.kind == .consumer)
            #expect(Set([request.traceID, publish.traceID, process.traceID]).count == 1)
            #expect(publish.parentSpanID == request.spanID && process.parentSpanID == publish.spanID)
            #expect(spanIDs.values == [process.spanID])
            for (span, operation, type) in [(publish, "publish", "send"), (process, "process", "process")] {
                #expect(span.attributes.get("messaging.system") == .string(fixture.broker?.name ?? ""))
                #expect(span.attributes.get("messaging.destination.name") == .string(topic))
                #expect(span.attributes.get("messaging.operation.name") == .string(operation))
                #expect(span.attributes.get("messaging.operation.type") == .string(type))
                #expect(span.attributes.get("messaging.message.id") != nil)
                #expect(span.errors.isEmpty)
            }
            #expect(process.attributes.get("messaging.consumer.group.name") == .string("q"))

            try await service.publish(UserCreated(name: "bad"), to: topic)
            let isRecorded = await eventually { spans().contains { $0.kind == .consumer && !$0.errors.isEmpty } }
            #expect(isRecorded)
        }
    }
}
