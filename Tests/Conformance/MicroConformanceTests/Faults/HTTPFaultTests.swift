// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroConformance
import MicroCore
import TestSupport
import Testing

/// The effect of each HTTP fault on a plain client.
@Suite(.serialized, .blocking, .timeLimit(.minutes(1)))
struct HTTPFaultTests {
    private static let json = #"[{"Node":{"Name":"a\"}{"},"Tags":[{}]}, {}]"#

    private let server: ScriptedServer
    private let proxy: HTTPFaultProxy
    private let forwarded = Counter()

    init() async throws {
        let forwarded = forwarded
        server = try ScriptedServer { connection in
            while let request = try connection.readRequest() {
                forwarded.add()
                try connection.write(Self.response(to: request))
                if request["Connection"] == "close" { return }
            }
        }
        proxy = try await HTTPFaultProxy(to: Address(host: "127.0.0.1", port: server.port))
    }

    private static func response(to request: ScriptedRequest) -> [UInt8] {
        let type = "Content-Type: application/json\r\n"
        switch request.target {
        case "/stream":
            // In chunks of one byte, so that no chunk is a complete object.
            let stream = #"{"result":{"events":[{"kv":1}]}}"# + "\n" + #"{"result":{}}"# + "\n"
            let chunks = stream.map { "1\r\n\($0)\r\n" }.joined()
            return Array("HTTP/1.1 200 OK\r\n\(type)Transfer-Encoding: chunked\r\n\r\n\(chunks)0\r\n\r\n".utf8)
        case "/empty": return Array("HTTP/1.1 200 OK\r\n\(type)Content-Length: 0\r\n\r\n".utf8)
        case "/text": return Array("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}".utf8)
        default:
            let head = "HTTP/1.1 200 OK\r\n\(type)X-Consul-Index: 7\r\nX-Accepted: \(request["Accept-Encoding"] ?? "-")"
            return Array("\(head)\r\nContent-Length: \(json.utf8.count)\r\n\r\n\(json)".utf8)
        }
    }

    private func get(_ path: String, headers: [String] = []) throws -> RawHTTPResponse? {
        try request(proxy.address, "GET \(path)", headers: headers)
    }

    // MARK: - Responses of the proxy

    @Test(arguments: [500, 503, 429, 401, 403, 404])
    func respondsWithStatus(_ status: Int) throws {
        proxy.faults = [.status(status, headers: ["Retry-After": "3"], body: "no")]
        let response = try request(proxy.address)
        #expect(response?.status == status)
        #expect(response?.headers["retry-after"] == "3")
        #expect(response?.headers["content-length"] == "2")
        #expect(response?.body == "no")
        #expect(forwarded.value == 0)
    }

    @Test func keepsConnectionDuringErrorResponses() throws {
        let client = try RawClient(proxy.address)
        proxy.faults = [.status(503, body: "storm").onFirst(5)]
        for _ in 0..<5 {
            client.send("PUT / HTTP/1.1\r\nHost: test\r\nContent-Length: 3\r\n\r\nabc")
            #expect(client.text(until: "\r\n\r\nstorm")?.hasPrefix("HTTP/1.1 503 ") == true)
        }
        client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
        #expect(client.text(until: Self.json)?.hasPrefix("HTTP/1.1 200 OK") == true)
        #expect(proxy.traffic.connections == 1)
    }

    @Test(arguments: [204, 304])
    func respondsWithoutBody(_ status: Int) throws {
        proxy.faults = [.status(status, body: "dropped")]
        let response = try request(proxy.address)
        #expect(response?.status == status)
        #expect(response?.headers["content-length"] == nil)
        #expect(response?.body == "")
    }

    @Test func headResponseMatchesGetWithoutBody() throws {
        proxy.faults = [.html]
        let response = try request(proxy.address, "HEAD /")
        #expect(response?.headers["content-type"]?.hasPrefix("text/html") == true)
        #expect(response?.headers["content-length"] != "0")
        #expect(response?.body == "")
    }

    @Test func limitsFaultsToPathAndFirstRequests() throws {
        proxy.faults = [.status(500).onPath("/v1/health/").onFirst(2), .status(403).onPath("/v1/")]
        #expect(try get("/v1/health/service/a")?.status == 500)
        #expect(try get("/v1/catalog")?.status == 403)
        #expect(try get("/v2/health/")?.status == 200)
        #expect(try get("/v1/health/")?.status == 500)
        #expect(try get("/v1/health/")?.status == 403)
        // Setting the faults resets their counters.
        proxy.faults = proxy.faults
        #expect(try get("/v1/health/")?.status == 500)
        proxy.faults = [.status(500).onFirst(0)]
        #expect(try get("/")?.status == 200)
    }

    @Test func respondsWithHTML() throws {
        proxy.faults = [.html]
        let response = try request(proxy.address)
        #expect(response?.status == 200)
        #expect(response?.headers["content-type"] == "text/html; charset=utf-8")
        #expect(response?.body.contains("<html>") == true)
        #expect(forwarded.value == 0)
    }

    @Test(arguments: [301, 307])
    func redirectsToItself(_ status: Int) throws {
        proxy.faults = [.redirectLoop(status)]
        let response = try request(proxy.address, "GET /a?b=c")
        #expect(response?.status == status)
        #expect(response?.headers["location"] == "/a?b=c")
    }

    @Test func sendsEndlessChunks() async throws {
        proxy.faults = [.endlessChunks]
        let clock = ContinuousClock()
        do {
            let client = try RawClient(proxy.address)
            client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n")
            var bytes: [UInt8] = []
            let time = clock.measure { bytes = client.receive(count: 2 * 1024 * 1024).bytes }
            #expect(bytes.count >= 2 * 1024 * 1024)
            let response = RawHTTPResponse(String(decoding: bytes.prefix(1000), as: UTF8.self))
            #expect(response?.headers["content-type"] == "application/json")
            #expect(response?.headers["transfer-encoding"] == "chunked")
            #expect(response?.body.hasPrefix("1\r\n[\r\n") == true)
            #expect(time > .milliseconds(400))
            #expect(time < .seconds(30))
        }
        #expect(await eventually { proxy.traffic.openConnections == 0 })
        let sent = proxy.traffic.bytesToClient
        #expect(await always(during: .milliseconds(100)) { proxy.traffic.bytesToClient == sent })
    }

    @Test func endlessResponseRespectsBackPressure() async throws {
        proxy.faults = [.endlessChunks]
        let clients = try (0..<20).map { _ in try RawClient(proxy.address) }
        for client in clients { client.send("GET / HTTP/1.1\r\nHost: test\r\n\r\n") }
        #expect(
            await eventually {
                let sent = proxy.traffic.bytesToClient
                return await always(during: .milliseconds(200)) { proxy.traffic.bytesToClient == sent }
            })
    }

    // MARK: - Modified responses of the server

    @Test func replacesHeader() throws {
        proxy.faults = [.header("x-consul-index", "0"), .header("X-Added", "yes")]
        let response = try get("/")
        #expect(response?.headers["x-consul-index"] == "0")
        #expect(response?.headers["x-added"] == "yes")
        #expect(response?.body == Self.json)
        #expect(forwarded.value == 1)
    }

    @Test func corruptsJSON() throws {
        #expect(try get("/")?.json != nil)
        proxy.faults = [.corruptJSON]
        let response = try get("/", headers: ["Accept-Encoding: gzip"])
        #expect(response?.headers["content-length"] == String(Self.json.utf8.count))
        #expect(response?.headers["x-accepted"] == "-")
        #expect(response?.body.utf8.count == Self.json.utf8.count)
        #expect(response?.body.hasPrefix(#"[{"Node""#) == true)
        #expect(response?.json == nil)
        #expect(try get("/text")?.body == "{}")
        let stream = try get("/stream")?.content
        #expect(stream?.contains("{") == false)
        #expect(stream?.filter { $0 == "\n" }.count == 2)
    }

    @Test func addsUnknownFields() throws {
        proxy.faults = [.unknownFields]
        let response = try get("/")
        let field = #""microConformanceUnknown":{"nested":[1,null,"x"]}"#
        #expect(response?.content == #"[{"# + field + #","Node":{"Name":"a\"}{"},"Tags":[{}]}, {"# + field + "}]")
        #expect((response?.json as? [[String: Any]])?.first?.count == 3)
        #expect(
            try get("/stream")?.content == "{" + field + #","result":{"events":[{"kv":1}]}}"# + "\n{" + field
                + #","result":{}}"# + "\n")
        #expect(try get("/empty")?.content == "")
        #expect(try get("/text")?.body == "{}")
    }

    @Test(arguments: ["/", "/stream", "/empty"], [HTTPFault.Length.tooShort, .tooLong])
    func sendsWrongContentLength(_ path: String, _ length: HTTPFault.Length) throws {
        proxy.faults = [.contentLength(length)]
        let client = try RawClient(proxy.address)
        client.send("GET \(path) HTTP/1.1\r\nHost: test\r\n\r\n")
        let (bytes, last) = client.receive()
        #expect(last == .end)
        let response = try #require(RawHTTPResponse(String(decoding: bytes, as: UTF8.self)))
        let announced = try #require(response.headers["content-length"].flatMap { Int($0) })
        #expect(response.headers["transfer-encoding"] == nil)
        switch length {
        case .tooShort: #expect(announced < response.body.utf8.count)
        case .tooLong: #expect(announced > response.body.utf8.count)
        }
        if path == "/" { #expect(response.body == Self.json) }
    }

    @Test func combinesResponseFaults() throws {
        proxy.faults = [.unknownFields, .header("X-Consul-Index", "0"), .contentLength(.tooLong)]
        let response = try get("/")
        #expect(response?.json != nil)
        #expect(response?.headers["x-consul-index"] == "0")
        #expect(response?.headers["content-length"].flatMap { Int($0) } ?? 0 > response?.body.utf8.count ?? 0)
    }
}
