// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Logging
import MicroCore
import Synchronization

/// The listening socket of a broker. It is bound for the first subscription and shared by all subscriptions.
final class HTTPBrokerListener: Sendable {
    private struct State {
        var bindTask: Task<Address, any Error>?
        var listener: (any TransportListener)?
        var runTask: Task<Void, Never>?
    }

    private let transport: HTTPTransport
    private let configuration: HTTPBrokerConfiguration
    private let logger: Logger
    private let registryServers: [Address]
    private let state = Mutex(State())

    init(
        transport: HTTPTransport, configuration: HTTPBrokerConfiguration, registryServers: [Address], logger: Logger
    ) {
        self.transport = transport
        self.registryServers = registryServers
        self.configuration = configuration
        self.logger = logger
    }

    /// Binds the socket unless it is bound.
    ///
    /// - Returns: The address for publishers.
    /// - Throws: ``/MicroCore/MicroError`` if the address cannot be bound, or there is no address to advertise.
    func open(for handler: @escaping TransportHandler) async throws -> Address {
        let bindTask = state.withLock { state in
            let bindTask = state.bindTask ?? Task { try await self.listen(handler) }
            state.bindTask = bindTask
            return bindTask
        }
        do { return try await bindTask.value } catch {
            // The next subscription tries again.
            state.withLock { state in
                if state.bindTask == bindTask { state.bindTask = nil }
            }
            throw error
        }
    }

    /// Receives the messages in flight, until the deadline, and closes the socket.
    func close(deadline: ContinuousClock.Instant) async {
        _ = await state.withLock(\.bindTask)?.result
        let (listener, runTask) = state.withLock { ($0.listener, $0.runTask) }
        await listener?.drain(deadline: deadline)
        await runTask?.value
    }

    /// Closes the socket without waiting.
    func cancel() { state.withLock(\.runTask)?.cancel() }

    private func listen(_ handler: @escaping TransportHandler) async throws -> Address {
        let listener = try await transport.bind(to: configuration.address)
        do {
            let address = try await AdvertisedAddress.resolve(
                bound: listener.address, advertise: configuration.advertise, setting: configuration.advertiseSetting,
                reachedFrom: registryServers)
            let runTask = Task { [logger] in
                do { try await listener.run(handler) } catch {
                    logger.error("the HTTP broker stopped receiving messages", metadata: ["cause": "\(error)"])
                }
            }
            state.withLock { ($0.listener, $0.runTask) = (listener, runTask) }
            return address
        } catch {
            await listener.drain(deadline: .now)
            throw error
        }
    }
}
