// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

/// A connection of a client, with the corresponding connection to the server.
final class ProxiedConnection {
    /// How a connection is ended.
    enum Ending {
        case close
        case reset
    }

    private(set) var isFinished = false

    private let client: any Channel
    private let upstream: Address
    private let meter: TrafficMeter
    private let toServer: FaultFlow
    private let toClient: FaultFlow
    private var faults: ActiveFaults
    private var isConnecting = false
    private var server: (any Channel)?
    private let onFinish: () -> Void

    /// - Parameter number: The number of the connection, starting at 1.
    init(
        _ client: any Channel, number: Int, faults: [NetworkFault], upstream: Address, meter: TrafficMeter,
        onFinish: @escaping () -> Void
    ) {
        self.client = client
        self.upstream = upstream
        self.meter = meter
        self.onFinish = onFinish
        self.faults = ActiveFaults(connection: number)
        self.faults.replace(by: faults)
        toServer = FaultFlow(.toServer, on: client.eventLoop)
        toClient = FaultFlow(.toClient, on: client.eventLoop)
        toServer.source = client
        toClient.sink = client
        toServer.connection = self
        toClient.connection = self
    }

    /// The handler for the pipeline of the client.
    var clientHandler: FaultFlowHandler { FaultFlowHandler(incoming: toServer, outgoing: toClient, self) }

    // MARK: - Faults

    func rules(_ flowDirection: FlowDirection) -> FlowRules { faults.rules(flowDirection) }

    func pass(_ bytes: ByteBufferView, _ flowDirection: FlowDirection) -> Int { faults.pass(bytes, flowDirection) }

    func isActive(_ fault: NetworkFault) -> Bool { faults.contains(fault) }

    /// Replaces the faults.
    func replace(faults: [NetworkFault]) {
        self.faults.replace(by: faults)
        resume()
    }

    /// Applies the faults to the connection as a whole, and forwards everything that may be forwarded.
    func resume() {
        enforce()
        guard !isFinished else { return }
        if !rules(.toServer).isUnresponsive {
            if toServer.hasDroppedBytes { return finish(.reset) }
            connect()
        }
        toServer.pump()
        toClient.pump()
    }

    /// Ends the connection, or one direction, if the faults require it.
    func enforce() {
        guard !isFinished else { return }
        let (toServerRules, toClientRules) = (rules(.toServer), rules(.toClient))
        if toServerRules.ending == .resetBoth || toServerRules.bytesUntilCut == 0 || toClientRules.bytesUntilCut == 0 {
            return finish(.reset)
        }
        if toServerRules.ending == .reset || toClientRules.ending == .reset {
            return finish(
                client: toClientRules.ending == .reset ? .reset : .close,
                server: toServerRules.ending == .reset ? .reset : .close)
        }
        if toServerRules.ending == .halfClose, server != nil { toServer.closeSink() }
        if toClientRules.ending == .halfClose { toClient.closeSink() }
    }

    // MARK: - Server

    private func connect() {
        guard server == nil, !isConnecting else { return }
        isConnecting = true
        let bound = NIOLoopBound(self, eventLoop: client.eventLoop)
        Loopback.connect(to: upstream, on: client.eventLoop, halfClosure: true) { channel in
            let connection = bound.value
            let handler = FaultFlowHandler(incoming: connection.toClient, outgoing: connection.toServer, connection)
            try channel.pipeline.syncOperations.addHandlers([ServerMeterHandler(connection.meter), handler])
        }.assumeIsolated().whenComplete { self.connected($0) }
    }

    private func connected(_ result: Result<any Channel, any Error>) {
        switch result {
        case .success(let channel):
            guard !isFinished else { return channel.close(promise: nil) }
            server = channel
            toClient.source = channel
            toServer.sink = channel
            resume()
        case .failure: toClient.receiveReset()
        }
    }

    // MARK: - Ending

    func flowDidEnd() {
        if toServer.isEnded, toClient.isEnded { finish(.close) }
    }

    /// Ends both sides in the same way.
    func finish(_ ending: Ending) { finish(client: ending, server: ending) }

    private func finish(client clientEnding: Ending, server serverEnding: Ending) {
        guard !isFinished else { return }
        isFinished = true
        toServer.stop()
        toClient.stop()
        closeChannel(client, clientEnding)
        if let server { closeChannel(server, serverEnding) }
        onFinish()
    }

    private func closeChannel(_ channel: any Channel, _ ending: Ending) {
        switch ending {
        case .close: channel.close(promise: nil)
        case .reset: channel.reset()
        }
    }
}
