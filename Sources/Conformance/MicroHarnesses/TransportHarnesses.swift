// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import AdapterSettings
public import Configuration
public import MicroConformance
import MicroCore
import MicroNATS

/// The harnesses of this toolkit's transports, by name.
public enum TransportHarnesses {
    /// The names, as in `MICRO_TRANSPORT`.
    public static let names = ["http", "memory", "nats"]

    /// Makes one.
    ///
    /// - Parameters:
    ///   - name: One of ``names``.
    ///   - address: Where the server is that both sides need; nil for what the configuration says. Others need none.
    ///   - control: How the server behind it is reached; no case of a transport needs it.
    ///   - reader: What the adapter is configured by besides.
    /// - Throws: ``MicroCore/MicroError``: there is no such harness, the server is not there, or it cannot be controlled.
    public static func make(
        _ name: String, address: String?, control: ControlSource? = nil, configuration reader: ConfigReader
    ) async throws -> any TransportHarness {
        guard control == nil else {
            throw MicroError(
                .invalidArgument, "no case of a transport stops a server: leave --control out", origin: "conformance")
        }
        switch name {
        case "http": return HTTPTransportHarness()
        case "memory": return MemoryTransportHarness()
        case "nats":
            var configuration = NATSConfiguration(transportConfigReader: reader)
            if let address { configuration.address = address }
            return try await NATSTransportHarness(
                configuration,
                monitoring: reader.nonEmptyString("nats.monitoring.address"))
        default: throw HarnessFactory.unknownHarness("transport", name, of: names)
        }
    }
}
