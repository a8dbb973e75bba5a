// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import BackendSupport
import Foundation
import Logging
import MicroCore
import TestSupport
import Testing

@testable import MicroConsul

/// Randomly mutated input with a fixed seed: no parser traps or hangs.
@Suite(.faultRun, .blocking, .timeLimit(.minutes(3))) struct ConsulFuzzTests {
    @Test func mutatedTagsDoNotTrap() {
        var fuzzer = Fuzzer(seed: 1)
        let plain = [
            "v=1.0.0", #"t={"region":"eu"}"#, #"s={"a":"b"}"#,
            #"e={"name":"Greeter.Hello","request":{"name":"r","type":"R","values":[{"name":"f","type":"int"}]},"metadata":{}}"#,
        ]
        let seeds = (plain + GoMicroTags.greeter.prefix(8)).map { Array($0.utf8) }
        var read = 0
        for round in 0..<100_000 {
            let tag = String(decoding: fuzzer.mutated(seeds[round % seeds.count]), as: UTF8.self)
            _ = ConsulTags(reading: [tag]) { _ in }
            if ZlibText.decompressed(hexadecimal: tag.dropFirst(2)) != nil { read += 1 }
        }
        // Some mutations result in a valid stream, so that more than the first check is tested.
        #expect(read > 1000)
    }

    @Test func mutatedResponsesDoNotTrap() {
        var fuzzer = Fuzzer(seed: 2)
        let seeds = [
            #"[{"Node":{"Node":"n","Address":"10.0.0.1"},"Service":{"ID":"a","Service":"svc","Tags":["v=1"],"Port":80,"#
                + #""ModifyIndex":7},"Checks":[{"Node":"n","CheckID":"c","Status":"passing","ServiceID":"a"}]}]"#,
            #"[{"Node":"n","CheckID":"c","Status":"critical","Notes":"x","ServiceName":"svc","ModifyIndex":9}]"#,
            #"{"svc":["v=1"],"other":null}"#,
        ].map { Array($0.utf8) }
        let (namespace, logger) = (ConsulNamespace(""), Logger(label: "fuzz") { _ in SwiftLogNoOpLogHandler() })
        var records = 0
        for round in 0..<100_000 {
            let data = Data(fuzzer.mutated(seeds[round % seeds.count]))
            let decoder = JSONDecoder()
            switch round % seeds.count {
            case 0:
                guard let response = try? decoder.decode([FailableDecodable<ServiceEntry>].self, from: data) else {
                    continue
                }
                records +=
                    ConsulRecord.records(
                        of: "svc", in: response.compactMap(\.value), namespace: namespace, logger: logger
                    ).count
            case 1: _ = try? decoder.decode([FailableDecodable<HealthCheck>].self, from: data)
            default: _ = try? decoder.decode([String: FailableDecodable<[String]>].self, from: data)
            }
        }
        #expect(records > 1000)
    }
}
