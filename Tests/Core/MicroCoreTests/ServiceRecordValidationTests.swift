// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import Testing

@Suite struct ServiceRecordValidationTests {
    private func record(
        name: String = "svc", version: String = "1", id: String = "n", address: String = "10.0.0.1", port: Int? = 80
    ) -> ServiceRecord {
        ServiceRecord(name: name, version: version, nodes: [Node(id: id, address: address, port: port)])
    }

    private func code(_ record: ServiceRecord) -> MicroError.Code? {
        do { try record.validate() } catch { return (error as? MicroError)?.code }
        return nil
    }

    @Test(arguments: ["a", "a-b", "topic:events.hello", "A_1", String(repeating: "x", count: 253)])
    func acceptsValidNames(_ name: String) {
        #expect(code(record(name: name)) == nil)
        #expect(code(record(id: name)) == nil)
    }

    @Test(arguments: [
        "", "a/b", "..", "../x", "-a", " a", "a b", "a%2Fb", "ä", "a\n", String(repeating: "x", count: 254),
    ])
    func rejectsInvalidNames(_ name: String) {
        #expect(code(record(name: name)) == .invalidName)
        #expect(code(record(id: name)) == .invalidName)
    }

    @Test func validatesVersions() {
        #expect(code(record(version: "")) == nil)
        #expect(code(record(version: "1.0.0-β 2")) == nil)
        #expect(code(record(version: String(repeating: "v", count: 128))) == nil)
        #expect(code(record(version: String(repeating: "v", count: 129))) == .invalidArgument)
        #expect(code(record(version: "a\nb")) == .invalidArgument)
    }

    @Test(arguments: ["127.0.0.1", "::1", "fe80::1%eth0", "host.example", "_INBOX.abc"]) func acceptsValidAddresses(
        _ address: String
    ) {
        #expect(code(record(address: address)) == nil)
    }

    @Test(arguments: ["", "0.0.0.0", "::", "0:0:0:0:0:0:0:0", "a b", "a/b", "[::1]", "user@host", "ä", "a\r\nb"])
    func rejectsInvalidAddresses(_ address: String) {
        #expect(code(record(address: address)) == .invalidArgument)
    }

    @Test func validatesPorts() {
        for port in [nil, 1, 65535] { #expect(code(record(port: port)) == nil) }
        for port in [0, -1, 65536, Int.max, Int.min] { #expect(code(record(port: port)) == .invalidArgument) }
    }

    @Test func recordNeedsNode() { #expect(code(ServiceRecord(name: "svc")) == .invalidArgument) }

    @Test func sizeCountsEveryText() {
        let shape = ValueShape(name: "a", type: "AA", values: [ValueShape(name: "bbb", type: "text")])
        let node = Node(id: "n1", address: "10.0.0.1", metadata: ["key": "value"])
        let record = ServiceRecord(
            name: "greeter", version: "1.0", metadata: ["k": "v"],
            endpoints: [Endpoint(name: "Say.Hello", request: shape, response: shape, metadata: ["stream": "false"])],
            nodes: [node, node])
        #expect(record.size == (7 + 3 + 2) + (9 + 10 + 10 + 11) + 2 * (2 + 8 + 8))
    }

    @Test("a record may be as large as the limit", arguments: [0, 1]) func sizeIsLimited(beyond: Int) {
        var large = record()
        large.metadata = ["k": String(repeating: "v", count: ServiceRecord.maxSize - large.size - 1 + beyond)]
        #expect(large.size == ServiceRecord.maxSize + beyond)
        #expect(code(large) == (beyond == 0 ? nil : .payloadTooLarge))
    }

    @Test func errorMessagesAreOneLine() {
        do { try record(name: "a\r\nb\u{1b}[31m" + String(repeating: "x", count: 5000)).validate() } catch {
            #expect(!"\(error)".contains("\n") && !"\(error)".contains("\u{1b}") && "\(error)".count < 400)
        }
    }
}

@Suite struct AddressTests {
    @Test(
        arguments: [
            ("127.0.0.1:80", "127.0.0.1", 80), ("[::1]:80", "::1", 80), ("host:0", "host", 0),
            (":8080", "0.0.0.0", 8080),
            ("host", "host", nil), ("::1", "::1", nil), ("[::1]", "::1", nil),
        ] as [(String, String, Int?)])
    func parsesAddresses(_ text: String, _ host: String, _ port: Int?) throws {
        #expect(try Address(parsing: text) == Address(host: host, port: port))
    }

    @Test(arguments: [
        "", ":", "a:b", "a:70000", "a:-1", "a:+1", "a:", "[::1", "[]:1", "[::1]80", "a b:1", "http://a:1", "a:1/x",
    ])
    func rejectsMalformedAddresses(_ text: String) {
        #expect { try Address(parsing: text) } throws: { ($0 as? MicroError)?.code == .invalidArgument }
    }

    @Test func descriptionBracketsIPv6() {
        #expect("\(Address(host: "::1", port: 80))" == "[::1]:80")
        #expect("\(Address(host: "a", port: 80))" == "a:80")
    }

    @Test(
        arguments: [
            ("localhost", true), ("::1", true), ("127.0.0.1", true), ("127.255.0.9", true),
            ("127.0.0.1.example.com", false), ("127.example.com", false), ("127.1", true), ("127.", false),
            ("127", false),
            ("10.0.0.1", false), ("::", false),
        ])
    func onlyLoopbackAddressesAreLoopback(_ host: String, _ isLoopback: Bool) {
        #expect(Address(host: host).isLoopback == isLoopback)
    }
}

@Suite struct HeadersTests {
    @Test func namesAreCaseInsensitiveAndKeepCase() {
        var headers: Headers = ["Trace-Id": "1"]
        headers["TRACE-ID"] = "2"
        #expect(headers["trace-id"] == "2")
        #expect(headers.count == 1)
        #expect(headers[0].name == "TRACE-ID")
    }

    @Test func supportsRepeatedNames() {
        var headers: Headers = ["a": "1", "b": "2", "A": "3"]
        #expect(headers.values("a") == ["1", "3"])
        headers.add("a", "4")
        headers["a"] = "5"
        #expect(headers == ["a": "5", "b": "2"])
        headers["a"] = nil
        #expect(headers == ["b": "2"])
    }
}
