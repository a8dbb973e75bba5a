// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import GoMicroWire
import MicroCore
import NIOCore
import Synchronization

/// A stream through a sidecar: the WebSocket of its route `/rpc`, over which both sides send JSON objects.
final class SidecarStream: TransportStreamDelegate {
    /// The maximum size of the messages that wait for the reader, in bytes. The sidecar gets no back-pressure: beyond it,
    /// the stream ends.
    private static let maxBufferedBytes = 16 * 1024 * 1024

    /// Nil until the WebSocket is open.
    private let socket = Mutex<CurlSocket?>(nil)

    private init() {}

    /// Opens a stream.
    ///
    /// - Throws: ``MicroError`` with `unavailable` if the sidecar refuses it.
    static func open(
        _ request: TransportRequest, at address: Address?, through client: SidecarClient
    ) async throws -> TransportStream {
        var query = [("service", request.service), ("endpoint", request.endpoint)]
        if let address { query.append(("address", "\(address)")) }
        for header in request.headers where !header.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) {
            throw MicroError(
                .invalidArgument, "the value of \(header.name) contains a control character",
                origin: MicroError.Origin.client)
        }
        let delegate = SidecarStream()
        let (stream, source) = TransportStream.makeStream(maxBufferedBytes: maxBufferedBytes, delegate: delegate)
        let socket = try await client.openWebSocket(
            "/rpc", query: query, headers: request.headers.map { ($0.name, $0.value) },
            reader: SidecarStreamReader(source))
        delegate.socket.withLock { $0 = socket }
        return stream
    }

    func send(_ message: ByteBuffer) async throws {
        // The sidecar reads one object per line. JSON has line breaks only between its tokens.
        let json = String(
            decoding: message.readableBytesView.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 }, as: UTF8.self)
        try await write("{\"message\":\(json)}\n")
    }

    func finish() async throws { try await write("{\"end\":true}\n") }

    func resume() {}

    func cancel() { socket.withLock(\.self)?.beginClosing() }

    private func write(_ line: String) async throws {
        let socket = socket.withLock(\.self)
        switch socket?.write({ $0.append(line) }) {
        case .available: break
        case .full: await socket?.waitForRoom()
        case .closed, nil: throw MicroError(.closed, "the stream has ended", origin: MicroError.Origin.client)
        }
    }
}

/// Reads the messages of a stream.
private final class SidecarStreamReader: CurlSocketReader {
    private struct State {
        var splitter = JSONObjectSplitter(maxSize: 32 * 1024 * 1024)
        /// Nil after the stream has ended: the end of the connection, which follows, is no failure then.
        var source: TransportStream.Source?
    }

    private let state: Mutex<State>

    init(_ source: TransportStream.Source) { state = Mutex(State(source: source)) }

    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket) {
        guard let objects = state.withLock({ $0.splitter.add(bytes) }) else { return socket.beginClosing() }
        for object in objects where !handle(object) { socket.beginClosing() }
    }

    func end(_ error: CurlError) {
        finish(
            throwing: MicroError(
                .unavailable, "the connection to the sidecar has ended: \(error.message)",
                origin: MicroError.Origin.client))
    }

    /// Handles an object.
    ///
    /// - Returns: Whether there is room for more.
    private func handle(_ object: [UInt8]) -> Bool {
        guard let source = state.withLock(\.source),
            let member = JSONSlices.members(of: ByteBuffer(bytes: object))?.first
        else { return true }
        switch member.key {
        case "message":
            guard !source.yield(member.value) else { return true }
            finish(
                throwing: MicroError(
                    .resourceExhausted, "the messages of the stream arrive faster than they are read",
                    origin: MicroError.Origin.client))
            return false
        case "error":
            finish(throwing: MicroError(wireText: String(buffer: member.value), origin: MicroError.Origin.client))
        case "end": finish()
        default: break
        }
        return true
    }

    private func finish(throwing error: MicroError? = nil) {
        let source = state.withLock { $0.source.take() }
        source?.finish(throwing: error)
    }
}
