// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroNATS
import NIOCore
import Synchronization
import TestServers
import TestSupport
import Testing

/// Runs a body with brokers of a configuration, and closes them whatever happens.
func withBrokers<Value>(
    _ configuration: NATSConfiguration, logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
    _ body: (_ publisher: NATSBroker, _ subscriber: NATSBroker) async throws -> Value
) async throws -> Value {
    let publisher = try NATSBroker(configuration: configuration, logger: logger)
    let subscriber = try NATSBroker(configuration: configuration, logger: logger)
    let result: Result<Value, any Error>
    do { result = .success(try await body(publisher, subscriber)) } catch { result = .failure(error) }
    await publisher.close(deadline: .now + .seconds(2))
    await subscriber.close(deadline: .now + .seconds(2))
    return try result.get()
}

/// The configuration for an address, changed.
func configuration(
    _ address: String, _ change: (inout NATSConfiguration) -> Void = { _ in }
) -> NATSConfiguration {
    var configuration = NATSConfiguration()
    configuration.address = address
    change(&configuration)
    return configuration
}

/// Keeps what a subscription delivers.
final class DeliveryCollector: Sendable {
    private let task: Task<Void, Never>

    /// - Parameter settle: What is done with each; acknowledged by default.
    init(_ subscription: Subscription, settle: @escaping @Sendable (Delivery) -> Void = { $0.acknowledge() }) {
        let content = Shared()
        shared = content
        task = Task {
            for await delivery in subscription {
                content.deliveries.withLock { $0.append(delivery) }
                settle(delivery)
            }
        }
    }

    private final class Shared: Sendable {
        let deliveries = Mutex<[Delivery]>([])
    }

    private let shared: Shared

    deinit { task.cancel() }

    var deliveries: [Delivery] { shared.deliveries.withLock(\.self) }
    var texts: [String] { deliveries.map { String(buffer: $0.message.body) } }

    /// Waits until so many have come.
    func has(_ count: Int, within bound: Duration = .seconds(20)) async -> Bool {
        await eventually(within: bound) { shared.deliveries.withLock(\.count) >= count }
    }
}

extension String {
    /// A topic of its own.
    static func uniqueTopic(_ suffix: String = "x") -> String { "t\(UInt64.random(in: .min ... .max)).\(suffix)" }
}

/// Runs a body with a transport, and closes it whatever happens.
func withTransport<Value>(
    _ address: String, _ change: (inout NATSConfiguration) -> Void = { _ in },
    body: (NATSTransport) async throws -> Value
) async throws -> Value {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let transport = try NATSTransport(configuration: configuration(address, change), logger: logger)
    let result: Result<Value, any Error>
    do { result = .success(try await body(transport)) } catch { result = .failure(error) }
    await transport.close()
    return try result.get()
}
