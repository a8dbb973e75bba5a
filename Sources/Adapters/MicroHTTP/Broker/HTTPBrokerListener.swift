// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import Synchronization

/// The socket by which a broker gets its messages: bound for the first subscription, and shared by all.
final class HTTPBrokerListener: Sendable {
    private struct Content {
        var bindTask: Task<Address, any Error>?
        var listener: (any TransportListener)?
        var runTask: Task<Void, Never>?
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
        let bindTask = content.withLock { content in
            let bindTask = content.bindTask ?? Task { try await self.listen(handler) }
            content.bindTask = bindTask
            return bindTask
        }
        do { return try await bindTask.value } catch {
            // The next subscription tries again.
            content.withLock { content in
                if content.bindTask == bindTask { content.bindTask = nil }
            }
            throw error
        }
    }

    /// Lets what is on its way come in, until the deadline, and closes the socket.
    func close(deadline: ContinuousClock.Instant) async {
        _ = await content.withLock(\.bindTask)?.result
        let (listener, runTask) = content.withLock { ($0.listener, $0.runTask) }
        await listener?.drain(deadline: deadline)
        await runTask?.value
    }

    /// Closes the socket, without waiting for it.
    func cancel() { content.withLock(\.runTask)?.cancel() }

    private func listen(_ handler: @escaping TransportHandler) async throws -> Address {
        let listener = try await transport.bind(to: configuration.address)
        do {
            let address = try AdvertisedAddress.resolve(
                bound: listener.address, advertise: configuration.advertise, setting: "MICRO_BROKER_ADVERTISE")
            let runTask = Task { [logger] in
                do { try await listener.run(handler) } catch {
                    logger.error("a broker receives nothing any more", metadata: ["cause": "\(error)"])
                }
            }
            content.withLock { ($0.listener, $0.runTask) = (listener, runTask) }
            return address
        } catch {
            await listener.drain(deadline: .now)
            throw error
        }
    }
}
