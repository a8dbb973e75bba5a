// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import Foundation
import MicroCore
import TestServers
import Testing

@testable import MicroEtcd

/// Keys and values in go-micro's format.
@Suite struct EtcdRecordTests {
    private let keys = EtcdKeys(prefix: "/micro/registry/", namespace: "")

    private func read(_ key: String, _ value: String, log: LogRecorder = .init()) -> ServiceRecord? {
        EtcdRecord.storedNode(
            KeyValue(key: Array(key.utf8), value: Array(value.utf8), modRevision: 7), of: nil, keys: keys,
            logger: log.logger
        )?.node.service
    }

    @Test(arguments: [
        ("/micro/registry/", "", "/micro/registry/"), ("/micro/registry/", "dev", "/micro/registry@dev/"),
        ("/micro-registry", "", "/micro-registry/"), ("x", "dev", "x@dev/"),
    ])
    func keyPrefixIncludesNamespace(_ prefix: String, _ namespace: String, _ expected: String) {
        let keys = EtcdKeys(prefix: prefix, namespace: namespace)
        #expect(keys.prefix == expected)
        #expect(keys.key("svc", "svc-1") == expected + "svc/svc-1")
        #expect(keys.parse(Array((expected + "svc/svc-1").utf8)).map { [$0.service, $0.id] } == ["svc", "svc-1"])
    }

    @Test func similarPrefixesDoNotOverlap() {
        func holds(_ range: KeyRange, _ key: String) -> Bool {
            let bytes = Array(key.utf8)
            return !bytes.lexicographicallyPrecedes(range.start) && bytes.lexicographicallyPrecedes(range.end)
        }
        let dev = EtcdKeys(prefix: "/micro/registry/", namespace: "dev")
        #expect(holds(keys.range("svc"), keys.key("svc", "a")) && holds(keys.range(nil), keys.key("svc", "a")))
        for other in ["svc-b", "svc.b", "svc:b", "svc0", "sv", "svcb"] {
            #expect(!holds(keys.range("svc"), keys.key(other, "a")))
        }
        #expect(!holds(keys.range(nil), dev.key("svc", "a")) && !holds(dev.range(nil), keys.key("svc", "a")))
        #expect(!holds(dev.range(nil), EtcdKeys(prefix: "/micro/registry/", namespace: "dev2").key("svc", "a")))
    }

    @Test(arguments: [
        "/micro/registry/svc", "/micro/registry/svc/", "/micro/registry//a", "/micro/registry/svc/a/b",
        "/micro/registry/../a", "/micro/registry/a b/c", "/micro/registry@dev/svc/a", "svc/a", "",
        "/micro/registry/ä/a",
    ])
    func foreignKeysAreNotParsed(_ key: String) { #expect(keys.parse(Array(key.utf8)) == nil) }

    @Test func nonUTF8KeysAreNotParsed() { #expect(keys.parse(Array(keys.prefix.utf8) + [0xFF, 0x2F, 0x61]) == nil) }

    /// Recorded from go-micro v1.0.0 with its etcd plugin.
    @Test func goMicroRecordsAreRead() throws {
        let greeter = try #require(
            read(
                "/micro/registry/go.micro.srv.greeter/go.micro.srv.greeter-srv-0001",
                #"{"name":"go.micro.srv.greeter","version":"latest","metadata":null,"endpoints":[{"name":"Greeter.Hello","request":{"name":"HelloRequest","type":"HelloRequest","values":[{"name":"name","type":"string","values":null},{"name":"-","type":"","values":null},{"name":"-","type":"[]uint8","values":[{"name":"uint8","type":"uint8","values":null}]},{"name":"-","type":"int32","values":null}]},"response":{"name":"HelloResponse","type":"HelloResponse","values":[{"name":"greeting","type":"string","values":null},{"name":"-","type":"","values":null},{"name":"-","type":"[]uint8","values":[{"name":"uint8","type":"uint8","values":null}]},{"name":"-","type":"int32","values":null}]},"metadata":{"stream":"false"}},{"name":"Func","request":{"name":"HelloRequest","type":"HelloRequest","values":null},"response":null,"metadata":{"subscriber":"true","topic":"events.hello"}}],"nodes":[{"id":"go.micro.srv.greeter-srv-0001","address":"127.0.0.1","port":19090,"metadata":{"broker":"http","protocol":"mucp","registry":"etcdv3","server":"rpc","transport":"http"}}]}"#
            ))
        #expect(greeter.version == "latest" && greeter.metadata.isEmpty)
        #expect(greeter.endpoints.map(\.name) == ["Greeter.Hello", "Func"])
        #expect(greeter.endpoints[0].request?.values.count == 4 && greeter.endpoints[1].response == nil)
        #expect(
            greeter.nodes == [
                Node(
                    id: "go.micro.srv.greeter-srv-0001", address: "127.0.0.1", port: 19090,
                    metadata: [
                        "broker": "http", "protocol": "mucp", "registry": "etcdv3", "server": "rpc",
                        "transport": "http",
                    ])
            ])
        let id = "broker-749e60e2-49e4-4ffa-89ea-1037b0600ec7.4611e940-8a65-4e8a-bb3b-04b0f1eddf0e"
        let subscriber = try #require(
            read(
                "/micro/registry/topic:events.hello/\(id)",
                #"{"name":"topic:events.hello","version":"ff.http.broadcast","metadata":null,"endpoints":null,"nodes":[{"id":"\#(id)","address":"127.0.0.1","port":19091,"metadata":{"secure":"false"}}]}"#
            ))
        #expect(subscriber.version == "ff.http.broadcast" && subscriber.endpoints.isEmpty)
        #expect(subscriber.nodes[0].port == 19091)
    }

    @Test func portIsReadFromAddressOrPortField() throws {
        func node(_ fields: String) -> Node? {
            read("/micro/registry/svc/a", #"{"name":"svc","nodes":[{"id":"a",\#(fields)}]}"#)?.nodes[0]
        }
        #expect(node(#""address":"h","port":0"#) == Node(id: "a", address: "h"))
        // The form of go-micro 2 and later.
        #expect(node(#""address":"10.0.0.1:9090""#) == Node(id: "a", address: "10.0.0.1", port: 9090))
        #expect(node(#""address":"[::1]:9090""#) == Node(id: "a", address: "::1", port: 9090))
        #expect(node(#""address":"inbox.xyz""#) == Node(id: "a", address: "inbox.xyz"))
        #expect(node(#""address":"0.0.0.0:1""#) == nil && node(#""address":"h","port":70000"#) == nil)
    }

    @Test func encodedRecordMatchesGoMicroAndIsStable() throws {
        let record = ServiceRecord(
            name: "svc", version: "1", metadata: ["k": "a/b"], endpoints: [Endpoint(name: "E")],
            nodes: [Node(id: "svc-1", address: "h", port: nil, metadata: ["r": "eu"])])
        #expect(
            try written(record)
                == #"{"endpoints":[{"metadata":{},"name":"E","request":null,"response":null}],"metadata":{"k":"a/b"},"name":"svc","nodes":[{"address":"h","id":"svc-1","metadata":{"r":"eu"},"port":0}],"version":"1"}"#
        )
    }

    @Test func portIsEncodedAsThePrefixRequires() throws {
        let record = ServiceRecord(name: "svc", nodes: [Node(id: "svc-1", address: "::1", port: 80)])
        #expect(try written(record).contains(#""nodes":[{"address":"[::1]:80","id":"svc-1","metadata":{}}]"#))
        #expect(
            try written(record, prefix: "/micro-registry/")
                .contains(#""nodes":[{"address":"::1","id":"svc-1","metadata":{},"port":80}]"#))
    }

    private func written(_ record: ServiceRecord, prefix: String = "/micro/registry/") throws -> String {
        let keys = EtcdKeys(prefix: prefix, namespace: "")
        return String(decoding: try EtcdRecord.encoded(record.nodes[0], of: record, keys: keys), as: UTF8.self)
    }

    @Test func recordsRoundTrip() throws {
        var metadata = ["": "", "k.with/odd=chars": "ü😈\u{0}\n\"\\", "empty": ""]
        for number in 0..<200 { metadata["key\(number)"] = String(repeating: "v", count: 300) }
        let shape = ValueShape(name: "n", type: "T", values: [ValueShape(name: "f", type: "[]string")])
        let record = ServiceRecord(
            name: "svc", version: "v=1 β", metadata: metadata,
            endpoints: [Endpoint(name: "E", request: shape, metadata: ["a": "b"])],
            nodes: [Node(id: "svc-1", address: "::1", port: 80, metadata: metadata)])
        for prefix in ["/micro/registry/", "/micro-registry/"] {
            #expect(read("/micro/registry/svc/svc-1", try written(record, prefix: prefix)) == record)
        }
    }

    @Test(arguments: [
        "", "null", "[]", "{}", "x", #"{"name":"svc"}"#, #"{"name":"svc","nodes":[]}"#, #"{"name":"svc","nodes":null}"#,
        #"{"name":"svc","nodes":[{"id":"b","address":"h","port":1}]}"#,
        #"{"name":"s/c","nodes":[{"id":"a","address":"h","port":1}]}"#,
        #"{"name":"svc","nodes":[{"id":"a","address":"","port":1}]}"#,
        #"{"name":"svc","nodes":[{"id":"a","address":"h","port":"1"}]}"#,
        #"{"name":"svc","version":2,"nodes":[{"id":"a","address":"h","port":1}]}"#,
    ])
    func invalidValuesAreSkippedAndLogged(_ value: String) {
        let log = LogRecorder()
        #expect(read("/micro/registry/svc/a", value, log: log) == nil)
        #expect(log.has("record skipped", "svc"))
    }
}
