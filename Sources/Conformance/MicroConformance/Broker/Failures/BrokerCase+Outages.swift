// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    /// Cases about a backend that is down or suspended.
    static let outages = [
        BrokerCase(
            "B30", .fault,
            "Publishing while the backend is down waits until its deadline; a failed message is not sent later.",
            rationale: "Messages accumulate without a bound, or are sent after publishing has failed.",
            actions: [.stop, .start]
        ) { context in
            let recorder = try await context.record()
            let shortTimeoutClient = try await context.makeClient { $0.timeout = .seconds(1) }
            let longTimeoutClient = try await context.makeClient { $0.timeout = .seconds(60) }
            try await context.publish(["before short"], by: shortTimeoutClient)
            try await context.publish(["before long"], by: longTimeoutClient)
            try await context.eventually(recorder, gets: ["before short", "before long"])
            try await context.perform(.stop)
            try await context.eventually("publishing fails", within: context.bounds.timeouts.recovery) {
                // With at-most-once delivery, messages sent before the outage is detected may be lost.
                try await context.attemptDuringOutage("failed", by: shortTimeoutClient) != nil
            }
            let lost = recorder.texts.count { $0 == "failed" }
            let cancelled = Task { try await context.publish(["cancelled"], by: longTimeoutClient) }
            // Publishing must be waiting when it is cancelled.
            try await Task.sleep(for: .milliseconds(100))
            cancelled.cancel()
            do {
                try await context.withTimeout(.seconds(1), "cancelled publishing ends") { try await cancelled.value }
            } catch is CancellationError {} catch let error as MicroError {
                throw ConformanceFailure("publishing: expected CancellationError, found \(error)")
            }
            let waiting = Task { try await context.publish(["waited"], by: longTimeoutClient) }
            try await context.perform(.start)
            try await context.withTimeout(context.bounds.timeouts.recovery, "waiting publishing succeeds") {
                try await waiting.value
            }
            try await context.eventuallyDelivers(from: shortTimeoutClient, to: recorder)
            if context.claims.contains("atLeastOnce") {
                try await context.eventually("the message that waited arrives") { recorder.texts.contains("waited") }
            }
            try await context.never("a failed message arrives") { recorder.texts.count { $0 == "failed" } > lost }
        },
        BrokerCase(
            "B31", .fault, "A client created while the backend is down fails in time, and works once it is up.",
            rationale: "Clients that start before the backend never recover.", actions: [.stop, .start]
        ) { context in
            try await context.perform(.stop)
            let client = try await context.makeClient { $0.timeout = .seconds(1) }
            let operations: [NamedOperation<any Broker>] = [
                NamedOperation("publishing") { try await context.publish(["early"], by: $0) },
                NamedOperation("subscribing") { _ = try await $0.subscribe(to: context.topic()) },
            ]
            for operation in operations {
                let error = try await context.expectError(.unavailable, .deadlineExceeded, from: operation.name) {
                    try await context.withTimeout(.seconds(2), "\(operation.name) ends") {
                        try await operation.run(client)
                    }
                }
                try context.expect(!error.message.isEmpty, "the error has a message")
            }
            try await context.perform(.start)
            var subscribed: DeliveryRecorder?
            try await context.eventually("subscribing succeeds", within: context.bounds.timeouts.recovery) {
                do { subscribed = try await context.record(client) } catch is MicroError { return false }
                return true
            }
            guard let recorder = subscribed else { return }
            try await context.eventuallyDelivers(from: client, to: recorder)
            try context.expect(!recorder.texts.contains("early"), "the failed message was not sent later")
        },
        BrokerCase(
            "B61", .fault, "Operations on a suspended backend fail in time, and the client recovers when it resumes.",
            rationale: "A process under SIGSTOP, or a host that swaps, keeps its connections open.",
            actions: [.pause, .resume]
        ) { context in
            let recorder = try await context.record()
            let shortTimeoutClient = try await context.makeClient { $0.timeout = .seconds(1) }
            try await context.eventuallyDelivers(from: shortTimeoutClient, to: recorder)
            try await context.perform(.pause)
            var confirmed: [String] = []
            for number in 0..<3 {
                let text = "during-\(number)"
                // With at-most-once delivery, a message may be sent into a connection that seems to work.
                if try await context.attemptDuringOutage(text, by: shortTimeoutClient) == nil { confirmed.append(text) }
            }
            if context.claims.contains("atLeastOnce") {
                try context.expect(confirmed, is: [], "the messages confirmed by a suspended backend")
            }
            try await context.expectError(.deadlineExceeded, .unavailable, from: "subscribing") {
                _ = try await shortTimeoutClient.subscribe(to: context.topic("other"))
            }
            try context.expect(!recorder.hasEnded, "the subscription does not end")
            try await context.perform(.resume)
            try await context.eventuallyDelivers(from: shortTimeoutClient, to: recorder)
            try await context.publish(context.texts(0..<20), by: shortTimeoutClient)
            try await context.eventually(recorder, includes: context.texts(0..<20))
        },
        BrokerCase(
            "B66", .fault, "Closing ends at its deadline while the backend is down.",
            rationale: "Shutdowns hang on a broker that does not respond.", actions: [.stop, .start]
        ) { context in
            let client = try await context.makeClient { $0.timeout = .seconds(60) }
            let recorder = try await context.record(client)
            try await context.publish(["x"])
            try await context.eventually(recorder, gets: ["x"])
            try await context.perform(.stop)
            let publishing = Task { try await context.publish(["y"], by: client) }
            try await context.withTimeout(.milliseconds(1500), "closing ends at its deadline of 500 ms") {
                await client.close(deadline: .now + .milliseconds(500))
            }
            try await context.eventually("the subscription ends") { recorder.hasEnded }
            do {
                try await context.withTimeout(.seconds(1), "publishing ends when its client is closed") {
                    try await publishing.value
                }
            } catch is MicroError {}
        },
    ]
}

extension BrokerTestContext {
    /// Publishes within a second. The only permitted failure is the outage.
    ///
    /// - Returns: The error; nil if publishing succeeds.
    fileprivate func attemptDuringOutage(_ text: String, by client: any Broker) async throws -> MicroError? {
        let error = try await attempt("publishing", within: .seconds(1)) { try await publish([text], by: client) }
        if let error {
            try expect(MicroError.Code.outage.contains(error.code), "the error is an outage; found \(error)")
        }
        return error
    }
}
