// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import MicroRabbitMQ

/// Runs a body with two brokers, and closes them even if the body throws.
func withBrokers<Value>(
    _ configuration: RabbitMQConfiguration,
    _ body: (_ publisher: RabbitMQBroker, _ subscriber: RabbitMQBroker) async throws -> Value
) async throws -> Value {
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let publisher = try RabbitMQBroker(configuration: configuration, logger: logger)
    let subscriber = try RabbitMQBroker(configuration: configuration, logger: logger)
    let result: Result<Value, any Error>
    do { result = .success(try await body(publisher, subscriber)) } catch { result = .failure(error) }
    await publisher.close(deadline: .now + .seconds(2))
    await subscriber.close(deadline: .now + .seconds(2))
    return try result.get()
}

/// Returns the configuration for an address, after applying a change. Each delivery guarantee has a separate exchange.
func configuration(
    _ address: String, _ delivery: DeliveryGuarantee = .atMostOnce,
    _ change: (inout RabbitMQConfiguration) -> Void = { _ in }
) -> RabbitMQConfiguration {
    var configuration = RabbitMQConfiguration()
    configuration.address = address
    configuration.delivery = delivery
    configuration.exchange = delivery == .atMostOnce ? "micro" : "durable"
    change(&configuration)
    return configuration
}

extension String {
    /// A topic that no other test uses.
    static func uniqueTopic(_ suffix: String = "x") -> String { "t\(UInt64.random(in: .min ... .max)).\(suffix)" }
}
