// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// The answer of a fault, in the server's place.
struct FaultResponse {
    private(set) var head: HTTPResponseHead
    private(set) var body = ByteBuffer()
    /// Whether the body comes from an ``EndlessResponse``.
    private(set) var isEndless = false

    init(_ fault: HTTPFault.Kind, to request: HTTPRequestHead) {
        head = HTTPResponseHead(version: .http1_1, status: .ok)
        switch fault {
        case .status(let status, let headers, let body):
            head.status = HTTPResponseStatus(statusCode: status)
            head.headers = HTTPHeaders(headers.sorted { $0.key < $1.key })
            self.body = ByteBuffer(string: body)
        case .redirectLoop(let status):
            head.status = HTTPResponseStatus(statusCode: status)
            head.headers.add(name: "Location", value: request.uri)
        case .html:
            head.headers.add(name: "Content-Type", value: "text/html; charset=utf-8")
            body = ByteBuffer(string: "<!DOCTYPE html>\n<html><body><h1>Welcome</h1>Please sign in.</body></html>\n")
        case .endlessChunks:
            head.headers.add(name: "Content-Type", value: "application/json")
            head.headers.add(name: "Transfer-Encoding", value: "chunked")
            isEndless = true
        // They change the server's answers.
        case .corruptJSON, .unknownFields, .contentLength, .header: break
        }
        if !isEndless, head.status.mayHaveResponseBody {
            head.headers.replaceOrAdd(name: "Content-Length", value: String(body.readableBytes))
        }
        if request.method == .HEAD || !head.status.mayHaveResponseBody { body.clear() }
    }
}

/// JSON that goes on until the client leaves.
final class EndlessResponse {
    /// With the size of a piece: about 2 MB a second.
    private static let pause = TimeAmount.milliseconds(25)

    private let channel: any Channel
    private let write: (ByteBuffer) -> Void
    private let piece = ByteBuffer(string: String(repeating: #"{"endless":true},"#, count: 3_000))
    private var timer: RepeatedTask?

    init(_ channel: any Channel, _ write: @escaping (ByteBuffer) -> Void) {
        self.channel = channel
        self.write = write
    }

    func start() {
        write(ByteBuffer(string: "["))
        let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
        timer = channel.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.pause) { _ in
            let response = bound.value
            // A client that does not read gets no more than fits.
            if response.channel.isWritable { response.write(response.piece) }
        }
    }

    func stop() {
        timer?.cancel()
        timer = nil
    }
}
