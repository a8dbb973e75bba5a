// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore

extension BrokerCase {
    /// Cases about the problems, the readers and the drain of a subscription.
    static let readerDetails = [
        BrokerCase(
            "B91", .fault, "A subscription reports a problem while the backend is down, and none before and after.",
            rationale: "A service that gets no events is shown as healthy.", actions: [.stop, .start]
        ) { context in
            guard !context.claims.contains("directDelivery") else {
                throw CaseNotRunnable("publishers send to subscribers without the backend")
            }
            let recorder = try await context.record()
            let subscription = recorder.subscription
            try await context.eventuallyDelivers(from: context.publisher, to: recorder)
            try context.expect(subscription.problem?.code, is: nil, "the problem before the outage")
            try await context.perform(.stop)
            try await context.eventually("a problem is reported", within: context.bounds.timeouts.recovery) {
                subscription.problem != nil
            }
            if let problem = subscription.problem {
                try context.expect(
                    MicroError.Code.outage.contains(problem.code), "the problem is an outage; found \(problem)")
            }
            try await context.perform(.start)
            try await context.eventuallyDelivers(from: context.publisher, to: recorder)
            try await context.eventually("the problem ends", within: context.bounds.timeouts.recovery) {
                subscription.problem == nil
            }
        },
        BrokerCase(
            "B92", .core, "With several readers of one subscription, each message goes to one of them.",
            rationale: "Every reader gets every message, or messages of a reader that has ended are lost."
        ) { context in
            let subscription = try await context.subscriber.subscribe(to: context.topic())
            let readers = (0..<3).map { _ in context.record(subscription) }
            try await context.publish(context.texts(0..<60))
            try await context.eventually(readers, share: context.texts(0..<60))
            await subscription.cancel()
            try await context.eventually("all readers end", within: .seconds(1)) { readers.allSatisfy(\.hasEnded) }
        },
        BrokerCase(
            "B90", .core,
            "Draining a subscription waits for the delivery in flight, settles it, and takes no new ones.",
            rationale:
                "Acknowledgements after the end of a subscription are lost, and its messages are delivered again."
        ) { context in
            let isDurable = Set(["acknowledgements", "durability", "queues"]).isSubset(of: context.claims)
            let gate = AsyncGate()
            defer { gate.open() }
            let recorder = try await context.record(queue: context.queueIfClaimed, context.fastRedelivery) { delivery in
                if delivery.text == "held" { await gate.waitIgnoringCancellation() }
                delivery.acknowledge()
            }
            let other = try await context.record(context.publisher)
            try await context.publish(["first", "held"])
            try await context.eventually("the second delivery is in flight") { gate.arrivals == 1 }
            let ended = CallCounter()
            let drain = Task {
                let isComplete = await recorder.subscription.drain(deadline: .now + .seconds(30))
                ended.add()
                return isComplete
            }
            try await context.never("the drain ends while a delivery is in flight", during: .milliseconds(100)) {
                ended.value > 0
            }
            try await context.publish(["late"])
            try await context.eventually(other, gets: ["first", "held", "late"])
            gate.open()
            try await context.eventually("the drain ends") { ended.value == 1 }
            try context.expect(await drain.value, "the drain reports that all deliveries were handled")
            try await context.eventually("the readers end") { recorder.hasEnded }
            try context.expect(recorder.texts, is: ["first", "held"], "the messages")
            guard isDurable else { return }
            let successor = try await context.record(queue: context.queue(), context.fastRedelivery)
            try await context.eventually(successor, gets: ["late"])
            try await context.never(
                "a settled message is delivered again", during: context.bounds.timeouts.acknowledgement * 2
            ) { successor.count > 1 }
        },
    ]
}
