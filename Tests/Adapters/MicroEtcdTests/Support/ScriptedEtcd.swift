// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import Synchronization
import TestSupport

/// A scripted etcd: it sends the default responses unless the test provides others.
final class ScriptedEtcd: Sendable {
    static let header = #""header":{"cluster_id":"17","revision":"4","raft_term":"2"}"#
    static let created = #"{"result":{\#(header),"created":true}}"#
    static let none = "{\(header)}"

    private let server: ScriptedServer
    private let log: Requests

    private final class Requests: Sendable {
        let all = Mutex<[ScriptedRequest]>([])
    }

    /// - Parameters:
    ///   - response: The response to a request; nil for the default one.
    ///   - watch: Handles the n-th watch, counted from 1, after its request was read.
    init(
        _ response: @escaping @Sendable (ScriptedRequest) throws -> ScriptedResponse? = { _ in nil },
        watch: @escaping @Sendable (ScriptedConnection, Int) throws -> Void = { connection, _ in
            try connection.begin(lines: [ScriptedEtcd.created])
            _ = connection.readToEnd()
        }
    ) throws {
        let log = Requests()
        self.log = log
        server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                let watches = log.all.withLock { all in
                    all.append(request)
                    return all.count { $0.target == "/v3/watch" }
                }
                if request.target == "/v3/watch" {
                    try watch(connection, watches)
                    return
                }
                try connection.write(try response(request) ?? Self.defaultResponse(request))
            }
        }
    }

    var url: String { server.url }

    func stop() { server.stop() }

    func requests(_ path: String) -> [ScriptedRequest] {
        log.all.withLock { all in all.filter { $0.target == path } }
    }

    static func failure(_ status: Int, _ code: Int, _ message: String) -> ScriptedResponse {
        ScriptedResponse(status: status, text: #"{"error":"\#(message)","message":"\#(message)","code":\#(code)}"#)
    }

    private static func defaultResponse(_ request: ScriptedRequest) -> ScriptedResponse {
        switch request.target {
        case "/v3/kv/range": ScriptedResponse(text: none)
        case "/v3/kv/txn":
            ScriptedResponse(text: #"{\#(header),"responses":[{"response_range":{}},{"response_put":{}}]}"#)
        case "/v3/lease/grant": ScriptedResponse(text: #"{\#(header),"ID":"1","TTL":"30"}"#)
        case "/v3/lease/keepalive": ScriptedResponse(text: #"{"result":{\#(header),"ID":"1","TTL":"30"}}"#)
        case "/v3/lease/revoke": ScriptedResponse(text: none)
        default: ScriptedResponse(status: 404, text: "Not Found\n")
        }
    }
}

extension ScriptedConnection {
    /// Begins a streamed response.
    func begin(lines: [String]) throws {
        try write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        try write(lines: lines)
    }

    /// Continues a streamed response.
    func write(lines: [String]) throws {
        for line in lines { try write("\(String(line.utf8.count + 1, radix: 16))\r\n\(line)\n\r\n") }
    }

    /// Ends a streamed response normally.
    func endLines() throws { try write("0\r\n\r\n") }
}
