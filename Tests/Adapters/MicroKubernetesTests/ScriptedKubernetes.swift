// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import Synchronization
import TestSupport

@testable import MicroKubernetes

/// A scripted API server: it sends the default responses unless the test provides others.
final class ScriptedKubernetes: Sendable {
    private final class Requests: Sendable {
        let all = Mutex<[ScriptedRequest]>([])
    }

    private let server: ScriptedServer
    private let log: Requests

    /// - Parameters:
    ///   - response: The response to a request; nil for the default one.
    ///   - watch: Handles the n-th watch, counted from 1, after its request was read.
    init(
        _ response: @escaping @Sendable (ScriptedRequest) throws -> ScriptedResponse? = { _ in nil },
        watch: @escaping @Sendable (ScriptedConnection, Int) throws -> Void = { connection, _ in
            try connection.beginWatch()
            _ = connection.readToEnd()
        }
    ) throws {
        let log = Requests()
        self.log = log
        server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                let watches = log.all.withLock { all in
                    all.append(request)
                    return all.count(where: \.isWatch)
                }
                if request.isWatch {
                    try watch(connection, watches)
                    return
                }
                try connection.write(try response(request) ?? Self.defaultResponse(request))
            }
        }
    }

    var url: String { server.url }

    var requests: [ScriptedRequest] { log.all.withLock(\.self) }

    var watches: [ScriptedRequest] { requests.filter(\.isWatch) }

    var lists: [ScriptedRequest] { requests.filter(\.isList) }

    func stop() { server.stop() }

    func disconnectAll() { server.disconnectAll() }

    /// Runs the body with a registry for this server.
    func withRegistry<Value>(
        _ change: (inout KubernetesConfiguration) -> Void = { _ in },
        _ body: (KubernetesRegistry) async throws -> Value
    ) async throws -> Value {
        var configuration = KubernetesConfiguration()
        configuration.address = url
        change(&configuration)
        let registry = try KubernetesRegistry(configuration: configuration)
        do {
            let value = try await body(registry)
            await registry.close()
            return value
        } catch {
            await registry.close()
            throw error
        }
    }

    private static func defaultResponse(_ request: ScriptedRequest) -> ScriptedResponse {
        let name = request.target.split(separator: "?")[0].split(separator: "/").last ?? ""
        return switch request.method {
        case "PATCH":
            ScriptedResponse(text: #"{"kind":"Lease","metadata":{"name":"\#(name)","resourceVersion":"11"}}"#)
        case "DELETE": ScriptedResponse(text: #"{"kind":"Status","status":"Success"}"#)
        case _ where request.isList || request.isVersionQuery: .list([])
        default: .status(404, "NotFound", "not found", kind: "leases")
        }
    }
}

extension ScriptedRequest {
    var isWatch: Bool { target.contains("watch=true") }
    var isVersionQuery: Bool { method == "GET" && target.hasSuffix("leases?limit=1") }
    var isList: Bool { method == "GET" && target.contains("leases?labelSelector") && !isWatch }
}

extension ScriptedResponse {
    /// A list of Leases.
    static func list(_ leases: [Lease], version: String = "10", date: ServerTime? = nil) -> ScriptedResponse {
        let items = leases.map(\.json).joined(separator: ",")
        return ScriptedResponse(
            headers: date.map { [("Date", $0.httpDate)] } ?? [],
            text: #"{"kind":"LeaseList","metadata":{"resourceVersion":"\#(version)"},"items":[\#(items)]}"#)
    }

    /// A status object.
    static func status(
        _ code: Int, _ reason: String, _ message: String, kind: String = "leases", headers: [(String, String)] = []
    ) -> ScriptedResponse {
        ScriptedResponse(
            status: code, headers: headers,
            text: #"{"kind":"Status","status":"Failure","message":"\#(message)","reason":"\#(reason)","#
                + #""details":{"kind":"\#(kind)"},"code":\#(code)}"#)
    }
}

extension ScriptedConnection {
    /// Begins a watch with events.
    func beginWatch(_ lines: [String] = []) throws {
        try write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
        try writeWatch(lines)
    }

    /// Continues a watch.
    func writeWatch(_ lines: [String]) throws {
        for line in lines { try write("\(String(line.utf8.count + 1, radix: 16))\r\n\(line)\n\r\n") }
    }

    /// Ends a watch normally.
    func endWatch() throws { try write("0\r\n\r\n") }
}

extension Lease {
    /// The Lease of a record's only node.
    static func of(
        _ record: ServiceRecord, version: Int, seconds: Int? = nil, renewed: ServerTime? = nil
    ) throws -> Lease {
        var lease = try KubernetesRecord.lease(record.nodes[0], of: record, names: KubernetesNames(namespace: ""))
        lease.metadata.resourceVersion = "\(version)"
        lease.metadata.uid = "uid"
        lease.spec?.leaseDurationSeconds = seconds
        lease.spec?.renewTime = renewed?.microTime
        return lease
    }

    var json: String { (try? yaml()).map { String(decoding: $0, as: UTF8.self) } ?? "" }

    /// A line of a watch.
    func event(_ type: String) -> String { #"{"type":"\#(type)","object":\#(json)}"# }

    /// A bookmark.
    static func bookmark(_ version: Int) -> String {
        #"{"type":"BOOKMARK","object":{"kind":"Lease","metadata":{"resourceVersion":"\#(version)"}}}"#
    }

    /// The line that ends a watch whose version is too old.
    static let expired =
        #"{"type":"ERROR","object":{"kind":"Status","status":"Failure","message":"too old","reason":"Expired","code":410}}"#
}

extension ServerTime {
    /// The current time of this machine.
    static var now: ServerTime { ServerTime(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }

    func advanced(seconds: Int64) -> ServerTime { ServerTime(microseconds: microseconds + seconds * 1_000_000) }

    var httpDate: String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.string(from: Date(timeIntervalSince1970: Double(microseconds) / 1_000_000))
    }
}
