// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import ArgumentParser
import Foundation
import Micro
import MicroMemory
import MicroNATS

/// Which broker is measured, and where it is.
struct BrokerOptions: ParsableArguments {
    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case nats, memory
    }

    enum Delivery: String, ExpressibleByArgument, CaseIterable {
        case atMostOnce = "at-most-once"
        case atLeastOnce = "at-least-once"
    }

    @Option(help: "The kind of broker; memory is that of one process.")
    var broker = Kind.nats

    @Option(help: "Its URL; memory has none.")
    var address = "nats://127.0.0.1:4222"

    @Option(help: "How often a message is delivered.")
    var delivery = Delivery.atMostOnce

    /// The topic of this run. JetStream keeps what was published by others.
    var topic: String { "bench.load-\(ProcessInfo.processInfo.processIdentifier)" }

    /// What the row of a table is called.
    var label: String {
        let name = broker == .memory ? "memory" : address.split(separator: ":").first.map(String.init) ?? ""
        return delivery == .atMostOnce ? name : "\(name)-confirmed"
    }

    /// A client of its own.
    func client() throws -> any Broker {
        switch broker {
        case .nats:
            var configuration = NATSConfiguration()
            configuration.address = address
            if delivery == .atLeastOnce {
                // A stream that this run alone uses.
                let name = topic.replacing(".", with: "-")
                configuration.delivery = .atLeastOnce(stream: NATSStream(name: name, topics: [topic]))
            }
            return try NATSBroker(configuration: configuration)
        case .memory: return MemoryBroker(delivery: delivery == .atMostOnce ? .atMostOnce : .atLeastOnce)
        }
    }
}
