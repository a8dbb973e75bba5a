// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Foundation
import MicroCore
import NIOCore
import Synchronization

/// Reads events of a sidecar's WebSocket: JSON objects `{"Header":{…},"Body":"BASE64"}`, one after the other.
final class SidecarEventReader: CurlSocketReader {
    private struct Frame: Decodable {
        private enum CodingKeys: String, CodingKey {
            case headers = "Header"
            case body = "Body"
        }

        let headers: [String: String]?
        let body: Data?
    }

    /// The maximum size of an event in bytes.
    private static let maxSize = 32 * 1024 * 1024

    let subscription: Subscription
    private let source: Subscription.Source
    private let topic: String
    private let splitter = Mutex(JSONObjectSplitter(maxSize: SidecarEventReader.maxSize))
    private let ending: SubscriptionSocket

    init(topic: String, options: SubscribeOptions) {
        self.topic = topic
        let ending = SubscriptionSocket()
        self.ending = ending
        (subscription, source) = Subscription.makeStream(options: options) { ending.end() }
    }

    /// Sets the socket that is closed at the end of the subscription.
    func attach(_ socket: CurlSocket) { ending.attach(socket) }

    func receive(_ bytes: UnsafeRawBufferPointer, from socket: CurlSocket) {
        let objects = splitter.withLock { $0.add(bytes) }
        guard let objects else { return source.finish() }
        for object in objects {
            guard let frame = try? JSONDecoder().decode(Frame.self, from: Data(object)) else { continue }
            var headers = Headers()
            for (name, value) in (frame.headers ?? [:]).sorted(by: { $0.key < $1.key }) { headers.add(name, value) }
            let body = ByteBuffer(bytes: frame.body ?? Data())
            source.yield(Delivery(topic: topic, message: BrokerMessage(headers: headers, body: body)))
        }
    }

    func end(_ error: CurlError) {
        if error.kind != .closed {
            StandardError.print("Error: the connection to the sidecar has ended: \(error.message)")
        }
        source.finish()
    }
}

/// A socket that is closed at the end of a subscription, even if the subscription ends before the socket is open.
private final class SubscriptionSocket: Sendable {
    private let state = Mutex<(socket: CurlSocket?, hasEnded: Bool)>((nil, false))

    func attach(_ socket: CurlSocket) {
        let hasEnded = state.withLock { state in
            state.socket = socket
            return state.hasEnded
        }
        if hasEnded { socket.beginClosing() }
    }

    func end() {
        state.withLock { state in
            state.hasEnded = true
            return state.socket
        }?.beginClosing()
    }
}

/// Divides bytes into JSON objects.
struct JSONObjectSplitter {
    private let maxSize: Int
    private var bytes: [UInt8] = []
    private var depth = 0
    private var strings = JSONStringScanner()

    init(maxSize: Int) { self.maxSize = maxSize }

    /// Adds bytes and returns the objects that are complete; nil if one is larger than the maximum size.
    mutating func add(_ more: some Sequence<UInt8>) -> [[UInt8]]? {
        var objects: [[UInt8]] = []
        for byte in more {
            // What stands between objects is skipped.
            guard depth > 0 || byte == UInt8(ascii: "{") else { continue }
            bytes.append(byte)
            advance(byte)
            guard bytes.count <= maxSize else { return nil }
            if depth == 0 {
                objects.append(bytes)
                bytes = []
            }
        }
        return objects
    }

    private mutating func advance(_ byte: UInt8) {
        guard !strings.advance(byte) else { return }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
        default: break
        }
    }
}
