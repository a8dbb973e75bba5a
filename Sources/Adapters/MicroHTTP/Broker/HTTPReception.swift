// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import Synchronization

/// The socket by which a broker gets its messages: bound for the first subscription, and shared by all.
final class HTTPReception: Sendable {
    private struct Content {
        var opening: Task<Address, any Error>?
        var listener: (any TransportListener)?
        var running: Task<Void, Never>?
    }

    private let transport: HTTPTransport
    private let configuration: HTTPBrokerConfiguration
    private let logger: Logger
    private let content = Mutex(Content())

    init(transport: HTTPTransport, configuration: HTTPBrokerConfiguration, logger: Logger) {
        self.transport = transport
        self.configuration = configuration
        self.logger = logger
    }

    /// Listens, if it does not yet.
    ///
    /// - Returns: The address that publishers are told.
    /// - Throws: ``MicroError``: the address cannot be bound, or advertised.
    func open(for handler: @escaping TransportHandler) async throws -> Address {
        let opening = content.withLock { content in
            let opening = content.opening ?? Task { try await self.listen(handler) }
            content.opening = opening
            return opening
        }
        do { return try await opening.value } catch {
            // The next subscription tries again.
            content.withLock { content in
                if content.opening == opening { content.opening = nil }
            }
            throw error
        }
    }

    /// Lets what is on its way come in, until the deadline, and closes the socket.
    func close(deadline: ContinuousClock.Instant) async {
        _ = await content.withLock(\.opening)?.result
        let (listener, running) = content.withLock { ($0.listener, $0.running) }
        await listener?.drain(deadline: deadline)
        await running?.value
    }

    /// Closes the socket, without waiting for it.
    func cancel() { content.withLock(\.running)?.cancel() }

    private func listen(_ handler: @escaping TransportHandler) async throws -> Address {
        let listener = try await transport.bind(to: configuration.address)
        do {
            let address = try AdvertisedAddress.of(
                bound: listener.address, advertise: configuration.advertise, setting: "MICRO_BROKER_ADVERTISE")
            let running = Task { [logger] in
                do { try await listener.run(handler) } catch {
                    logger.error("a broker receives nothing any more", metadata: ["cause": "\(error)"])
                }
            }
            content.withLock { ($0.listener, $0.running) = (listener, running) }
            return address
        } catch {
            await listener.drain(deadline: .now)
            throw error
        }
    }
}
