// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import NIOCore
import NIOHTTP1

/// A response that replaces the response of the server.
struct FaultResponse {
    private(set) var head: HTTPResponseHead
    private(set) var body = ByteBuffer()
    /// Whether the body is an ``EndlessResponse``.
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
        // These modify the response of the server.
        case .corruptJSON, .unknownFields, .contentLength, .header: break
        }
        if !isEndless, head.status.mayHaveResponseBody {
            head.headers.replaceOrAdd(name: "Content-Length", value: String(body.readableBytes))
        }
        if request.method == .HEAD || !head.status.mayHaveResponseBody { body.clear() }
    }
}
