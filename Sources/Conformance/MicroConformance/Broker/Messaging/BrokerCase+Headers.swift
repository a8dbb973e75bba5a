// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension BrokerCase {
    static let headers = [
        BrokerCase(
            "B04", .core,
            "Headers with any text arrive unchanged; repeated names may be unsupported; line breaks are refused.",
            rationale: "Header values are truncated, joined, or inject further headers."
        ) { context in
            let recorder = try await context.record()
            var many = Headers()
            for number in 0..<100 { many.add("key-\(number < 10 ? "0" : "")\(number)", "value \(number)") }
            let validHeaders: [Headers] = [
                ["umlaut": "Grüße, 世界, 😀", "quote": #""a" \ b, c; d=e"#], ["empty": ""],
                ["long": String(repeating: "x", count: 8192)], many,
            ]
            for headers in validHeaders {
                let count = recorder.count
                try await context.publisher.publish(BrokerMessage(headers: headers, text: "x"), to: context.topic())
                try await context.eventually("the message arrives") { recorder.count > count }
                let found = recorder.deliveries.last?.message.headers
                try context.expect(context.texts(of: found), is: context.texts(of: headers), "the headers")
            }
            let repeated = BrokerMessage(headers: ["k": "1", "K": "2", "a": "3", "k": "1"], text: "repeated")
            if context.claims.contains("repeatedHeaders") {
                try await context.publisher.publish(repeated, to: context.topic())
                try await context.eventually("the message with repeated headers arrives") {
                    recorder.texts.last == "repeated"
                }
                let found = recorder.deliveries.last?.message.headers.map { "\($0.name): \($0.value)" }
                try context.expect(found, is: ["k: 1", "K: 2", "a: 3", "k: 1"], "the repeated headers")
            } else {
                try await context.expectUnsupported("publishing repeated headers") {
                    try await context.publisher.publish(repeated, to: context.topic())
                }
            }
            for (name, value) in [
                ("k", "a\r\nb: c"), ("k", "a\nb"), ("k\r\nb", "c"), ("k", "a\0"), ("k:", "v"), ("", "v"), ("k", " v"),
            ] {
                var headers = Headers()
                headers.add(name, value)
                let message = BrokerMessage(headers: headers)
                try await context.expectError(.invalidArgument, from: "publishing the header \(name.debugDescription)")
                {
                    try await context.publisher.publish(message, to: context.topic())
                }
            }
            try await context.publish(["last"])
            try await context.eventually("the connection still works") { recorder.texts.last == "last" }
        },
        BrokerCase(
            "B05", .core, "Headers of the adapter neither appear in messages nor overwrite headers of the user.",
            rationale: "Adapters mix headers of their protocol with those of the user."
        ) { context in
            let recorder = try await context.record()
            try await context.publish(["bare"])
            try await context.eventually(recorder, gets: ["bare"])
            try context.expect(
                recorder.deliveries[0].message.headers, is: [:], "the headers of a message without headers")
            for name in [
                "Content-Type", "Content-Length", "Host", "Date", "Connection", "Timeout", "Micro-Id", "Micro-Topic",
                "Micro-Error", "Reply-To", "Status", "Description", "Nats-Msg-Id", "Nats-Expected-Last-Msg-Id",
            ] {
                let headers: Headers = [name: "mine"]
                // Published twice, since an adapter that interprets the header may treat the second message as the
                // first one.
                for _ in 0..<2 {
                    let count = recorder.count
                    do {
                        try await context.publisher.publish(
                            BrokerMessage(headers: headers, text: name), to: context.topic())
                    } catch let error as MicroError where error.code == .invalidArgument {
                        // An adapter may refuse the header, except for headers that every service sends.
                        try context.expect(
                            !name.hasPrefix("Content-") && !name.hasPrefix("Micro-"), "\(name) can be sent")
                        continue
                    }
                    try await context.eventually("a message with the header \(name) arrives") {
                        recorder.count > count
                    }
                    try context.expect(recorder.deliveries.last?.message.headers, is: headers, "the headers")
                }
            }
        },
        BrokerCase(
            "B47", .core, "Headers of a distributed trace arrive unchanged.",
            rationale: "Traces end at the broker."
        ) { context in
            let recorder = try await context.record()
            let headers: Headers = [
                "baggage": "userId=alice,region=eu%20west",
                "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "tracestate": "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
            ]
            try await context.publisher.publish(BrokerMessage(headers: headers, text: "traced"), to: context.topic())
            try await context.eventually(recorder, gets: ["traced"])
            for (name, value) in headers {
                try context.expect(
                    recorder.deliveries[0].message.headers.values(name), is: [value], "the header \(name)")
            }
        },
    ]
}

extension BrokerTestContext {
    /// The headers as texts; in their order only if the adapter guarantees it.
    fileprivate func texts(of headers: Headers?) -> [String]? {
        let texts = headers?.map { "\($0.name): \($0.value)" }
        return claims.contains("repeatedHeaders") ? texts : texts?.sorted()
    }
}
