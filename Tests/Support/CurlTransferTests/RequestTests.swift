// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import CurlTransfer
import Synchronization
import TestSupport
import Testing

@Suite(.blocking, .timeLimit(.minutes(1)))
struct RequestTests {
    @Test(arguments: drivers)
    func responseHasStatusHeadersAndBody(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { request in
            #expect(request.method == "GET")
            #expect(request.target == "/v1/kv/a%20b?index=7")
            #expect(request["Accept-Thing"] == "yes")
            return ScriptedResponse(
                headers: [("X-Consul-Index", " 42 "), ("x-two", "1"), ("X-Two", "2")], text: "hello")
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let response = try await http.perform(
                CurlRequest(url: server.url + "/v1/kv/a%20b?index=7", headers: [("Accept-Thing", "yes")]))
            #expect(response.status == 200)
            #expect(response.body == Array("hello".utf8))
            #expect(response.headers["x-consul-INDEX"] == "42")
            #expect(response.headers["X-TWO"] == "1")
            #expect(response.headers["X-Tw"] == nil)
            #expect(response.headers.fields.map(\.name) == ["Content-Length", "X-Consul-Index", "x-two", "X-Two"])
        }
    }

    @Test(arguments: ["/a/../b", "/a/./b/..", "/a/..?b=/../c"])
    func pathIsSentUnchanged(path: String) async throws {
        let server = try ScriptedServer { request in ScriptedResponse(text: request.target) }
        defer { server.stop() }
        try await withTransfer(.preferred) { http in
            let response = try await http.perform(CurlRequest(url: server.url + path))
            #expect(String(decoding: response.body, as: UTF8.self) == path)
        }
    }

    @Test(arguments: drivers)
    func errorStatusIsAResponse(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse(status: 403, text: "Permission denied") }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let response = try await http.perform(CurlRequest(url: server.url))
            #expect(response.status == 403)
            #expect(response.body == Array("Permission denied".utf8))
        }
    }

    @Test(arguments: drivers)
    func bodyArrivesUnchanged(driver: CurlTransfer.Driver) async throws {
        var random = SeededGenerator(seed: 7)
        let body = (0..<3_000_001).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let server = try ScriptedServer { request in
            #expect(request.method == "PUT")
            #expect(request["Content-Type"] == "application/x-thing")
            return ScriptedResponse(body: request.body)
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let response = try await http.perform(
                CurlRequest(
                    method: "PUT", url: server.url, headers: [("content-type", "application/x-thing")], body: body))
            #expect(response.body == body)
        }
    }

    @Test(arguments: ["POST", "PUT", "PATCH", "DELETE"], [nil, [], [0]] as [[UInt8]?])
    func contentLengthIsSent(method: String, body: [UInt8]?) async throws {
        let server = try ScriptedServer { request in
            #expect(request.method == method)
            #expect(request.body == body ?? [])
            #expect(request["Content-Length"] == (method == "DELETE" && body == nil ? nil : "\(body?.count ?? 0)"))
            return ScriptedResponse(status: 204)
        }
        defer { server.stop() }
        try await withTransfer(.preferred) { http in
            let response = try await http.perform(CurlRequest(method: method, url: server.url, body: body))
            #expect(response.status == 204)
        }
    }

    @Test func onlyRequiredHeadersAreAdded() async throws {
        let server = try ScriptedServer { request in
            #expect(
                request.headers.map(\.name) == ["Host", "User-Agent", "Accept", "X-Empty", "X-Tab", "Content-Length"])
            #expect(request["User-Agent"] == "swift-micro")
            #expect(request["X-Empty"] == "")
            #expect(request["X-Tab"] == "a\tb; ü")
            return ScriptedResponse()
        }
        defer { server.stop() }
        try await withTransfer(.preferred) { http in
            // Large enough for libcurl to send `Expect: 100-continue` unless that is disabled.
            let request = CurlRequest(
                method: "POST", url: server.url, headers: [("X-Empty", ""), ("X-Tab", "a\tb; ü")],
                body: Array(repeating: 1, count: 2_000_000))
            let response = try await http.perform(request)
            #expect(response.status == 200)
        }
    }

    @Test(arguments: drivers)
    func headResponseHasNoBody(driver: CurlTransfer.Driver) async throws {
        let server = try ScriptedServer { connection in
            while try connection.readRequest() != nil {
                try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            }
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            for _ in 0..<2 {
                let response = try await http.perform(CurlRequest(method: "HEAD", url: server.url, maxBodySize: 0))
                #expect(response.headers["content-length"] == "1000")
                #expect(response.body.isEmpty)
            }
        }
        #expect(server.acceptedConnections == 1)
    }

    @Test(arguments: drivers)
    func redirectIsNotFollowed(driver: CurlTransfer.Driver) async throws {
        let requests = Counter()
        let server = try ScriptedServer { _ in
            requests.add()
            return ScriptedResponse(status: 302, headers: [("Location", "/elsewhere")])
        }
        defer { server.stop() }
        try await withTransfer(driver) { http in
            let response = try await http.perform(CurlRequest(url: server.url))
            #expect(response.status == 302)
            #expect(response.headers["location"] == "/elsewhere")
        }
        #expect(requests.value == 1)
    }

    @Test func contentCodingIsNotDecoded() async throws {
        let server = try ScriptedServer { request in
            #expect(request["Accept-Encoding"] == nil)
            return ScriptedResponse(headers: [("Content-Encoding", "gzip")], text: "not really gzip")
        }
        defer { server.stop() }
        try await withTransfer(.preferred) { http in
            let response = try await http.perform(CurlRequest(url: server.url))
            #expect(response.body == Array("not really gzip".utf8))
        }
    }

    @Test func interimResponsesAndTrailersAreIgnored() async throws {
        let server = try ScriptedServer { connection in
            _ = try connection.readRequest()
            try connection.write("HTTP/1.1 103 Early Hints\r\nX-Index: 1\r\n\r\n")
            try connection.write("HTTP/1.1 200 OK\r\nX-Real: yes\r\nTransfer-Encoding: chunked\r\n\r\n")
            try connection.write("5\r\nhello\r\n0\r\nX-Index: 2\r\n\r\n")
            _ = connection.readToEnd()
        }
        defer { server.stop() }
        try await withTransfer(.preferred) { http in
            let response = try await http.perform(CurlRequest(url: server.url))
            #expect(response.status == 200)
            #expect(response.headers["X-Index"] == nil)
            #expect(response.headers["X-Real"] == "yes")
            #expect(response.body == Array("hello".utf8))
        }
    }

    @Test(arguments: [
        CurlRequest(method: "", url: "http://127.0.0.1/"),
        CurlRequest(method: "GET / HTTP/1.1\r\nX-Evil: 1", url: "http://127.0.0.1/"),
        CurlRequest(method: "HEAD", url: "http://127.0.0.1/", body: []),
        CurlRequest(url: "http://127.0.0.1/", headers: [("X", "a\r\nX-Evil: 1")]),
        CurlRequest(url: "http://127.0.0.1/", headers: [("X", "a\nX-Evil: 1")]),
        CurlRequest(url: "http://127.0.0.1/", headers: [("X", "a\0b")]),
        CurlRequest(url: "http://127.0.0.1/", headers: [("X: a\r\nX-Evil", "1")]),
        CurlRequest(url: "http://127.0.0.1/", headers: [("", "1")]),
        CurlRequest(url: "http://127.0.0.1/", headers: [("X ", "1")]),
        CurlRequest(url: "http://127.0.0.1/", headers: [("Content-Length", "1")]),
        CurlRequest(url: "http://127.0.0.1/", headers: [("transfer-encoding", "chunked")]),
        CurlRequest(url: "http://127.0.0.1/", headers: [("Expect", "100-continue")]),
    ])
    func invalidRequestsAreRejected(request: CurlRequest) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        defer { server.stop() }
        try await withTransfer(.preferred) { http in
            var request = request
            request.url = server.url
            let kind = await failureKind { try await http.perform(request) }
            #expect(kind == .invalidRequest)
        }
        #expect(server.acceptedConnections == 0)
    }

    @Test(arguments: [
        "", "/", "127.0.0.1:8500", "ftp://127.0.0.1/", "file:///etc/passwd", "http://", "http://127.0.0.1:99999/",
        "http://127.0.0.1:x/", "http://[::1/", "http://127.0.0.1/a b", "http://127.0.0.1/a\r\nX-Evil: 1",
        "http://127.0.0.1/\0",
    ])
    func invalidURLIsRejected(url: String) async throws {
        try await withTransfer(.preferred) { http in
            let kind = await failureKind { try await http.perform(CurlRequest(url: url)) }
            #expect(kind == .invalidURL)
        }
    }

    @Test func errorsContainNoSecrets() async throws {
        try await withTransfer(.preferred) { http in
            let request = CurlRequest(
                url: "http://user:hunter2@127.0.0.1:0x/?token=hunter2", headers: [("X-Token", "hunter2\n")])
            let error = await #expect(throws: CurlError.self) { try await http.perform(request) }
            #expect(error.map { "\($0)".contains("hunter2") } == false)
            var other = request
            other.headers = []
            let second = await #expect(throws: CurlError.self) { try await http.perform(other) }
            #expect(second.map { "\($0)".contains("hunter2") } == false)
        }
    }

    @Test(arguments: [Duration.seconds(Int64.max), .seconds(Int64.max) * 10, .seconds(2_147_483), .seconds(1)])
    func longTimeoutIsAccepted(timeout: Duration) async throws {
        let server = try ScriptedServer { _ in ScriptedResponse() }
        defer { server.stop() }
        try await withTransfer(.preferred) { http in
            let request = CurlRequest(url: server.url, timeout: timeout, connectTimeout: timeout)
            let response = try await http.perform(request)
            #expect(response.status == 200)
        }
    }
}
