// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import Logging
import MicroCore
import TestSupport
import Testing

@testable import MicroEtcd

/// Randomly mutated input with a fixed seed: no parser traps or hangs.
@Suite(.faultRun, .blocking, .timeLimit(.minutes(3))) struct EtcdFuzzTests {
    private let header = #""header":{"cluster_id":"17","revision":"4","raft_term":"2"}"#
    private let record =
        #"{"name":"svc","version":"1","metadata":null,"endpoints":[{"name":"E","request":{"name":"r","type":"R","values":null}}],"nodes":[{"id":"a","address":"10.0.0.1","port":80}]}"#

    private func lines(in pieces: [[UInt8]]) -> [[UInt8]]? {
        var (reader, all) = (LineSplitter(maxLineLength: 110), [[UInt8]]())
        for piece in pieces {
            guard let lines = reader.append(piece) else { return nil }
            all += lines
        }
        return all + [reader.takeRest()]
    }

    /// The messages do not depend on the chunks in which they arrive.
    @Test func mutatedWatchStreamsDoNotTrap() throws {
        var fuzzer = Fuzzer(seed: 1)
        let seed = Array(
            #"""
            {"result":{"header":{"cluster_id":"1"},"created":true}}

            {"result":{"header":{"cluster_id":"1"},"events":[{"kv":{"key":"YQ==","mod_revision":"5"}}]}}
            {"error":{"grpc_code":14}}
            """#.utf8)
        var (read, tooLong, different) = (0, 0, 0)
        for _ in 0..<100_000 {
            let input = fuzzer.mutated(seed)
            let whole = lines(in: [input])
            if lines(in: fuzzer.chunks(of: input)) != whole { different += 1 }
            if whole == nil { tooLong += 1 }
            // A partial message is decoded as well.
            guard let line = whole?[fuzzer.number(below: whole?.count ?? 1)] else { continue }
            let message = try? JSONDecoder().decode(StreamResult<WatchResponse>.self, from: Data(line)).result
            if let message, !message.events.isEmpty { read += 1 }
        }
        #expect(different == 0)
        #expect(read > 1000 && tooLong > 100)
    }

    @Test func mutatedMessagesDoNotTrap() {
        var fuzzer = Fuzzer(seed: 2)
        let kv = #"{"key":"\#(base64("/micro/registry/svc/a"))","mod_revision":"5","value":"e30="}"#
        let seeds = [
            #"{\#(header),"kvs":[\#(kv)],"more":true,"count":"1"}"#, record,
            #"{"error":"etcdserver: denied","message":"etcdserver: denied","code":7}"#,
            #"{"result":{\#(header),"ID":"7","TTL":"30"}}"#,
            #"{\#(header),"succeeded":true,"responses":[{"response_range":{"count":"1"}},{"response_put":{}}]}"#,
        ].map { Array($0.utf8) }
        let keys = EtcdKeys(prefix: "/micro/registry/", namespace: "")
        let logger = Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() }
        let key = Array("/micro/registry/svc/a".utf8)
        var read = [0, 0, 0, 0, 0]
        for round in 0..<100_000 {
            let kind = round % seeds.count
            let bytes = fuzzer.mutated(seeds[kind])
            let (data, decoder) = (Data(bytes), JSONDecoder())
            let isRead =
                switch kind {
                case 0: (try? decoder.decode(RangeResponse.self, from: data)) != nil
                case 1:
                    EtcdRecord.storedNode(
                        KeyValue(key: key, value: bytes, modRevision: 1), of: nil, keys: keys, logger: logger)
                        != nil
                case 2: (try? decoder.decode(EtcdServerError.self, from: data)) != nil
                case 3: (try? decoder.decode(StreamResult<LeaseKeepAliveResponse>.self, from: data)) != nil
                default: (try? decoder.decode(TxnResponse.self, from: data)) != nil
                }
            if isRead { read[kind] += 1 }
            _ = keys.parse(bytes)
        }
        #expect(read.allSatisfy { $0 > 500 })
    }

    /// Excessive nesting is an error, without a stack overflow.
    @Test(arguments: [100, 500, 5000, 200_000]) func deeplyNestedValueShapesDoNotTrap(_ depth: Int) {
        let shape = String(repeating: #"{"values":["#, count: depth) + String(repeating: "]}", count: depth)
        let value =
            #"{"name":"svc","endpoints":[{"name":"E","request":\#(shape)}],"nodes":[{"id":"a","address":"h","port":1}]}"#
        let stored = EtcdRecord.storedNode(
            KeyValue(key: Array("/micro/registry/svc/a".utf8), value: Array(value.utf8), modRevision: 1), of: "svc",
            keys: EtcdKeys(prefix: "/micro/registry/", namespace: ""),
            logger: Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
        #expect(depth > 100 ? stored == nil : stored != nil)
    }
}
