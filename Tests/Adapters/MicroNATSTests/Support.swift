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

/// Runs a body with brokers of a configuration, and closes them in all cases.
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

/// A configuration with an address and further changes.
func configuration(
    _ address: String, _ change: (inout NATSConfiguration) -> Void = { _ in }
) -> NATSConfiguration {
    var configuration = NATSConfiguration()
    configuration.address = address
    change(&configuration)
    return configuration
}

extension String {
    /// A unique topic.
    static func uniqueTopic(_ suffix: String = "x") -> String { "t\(UInt64.random(in: .min ... .max)).\(suffix)" }
}

/// Runs a body with a transport, and closes it in all cases.
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
