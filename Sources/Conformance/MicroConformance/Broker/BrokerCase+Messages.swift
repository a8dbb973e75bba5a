// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension BrokerCase {
    static let messages = [
        BrokerCase(
            "B04", .core,
            "Headers of any text arrive as they were, several of one name too or are refused, line ends never",
            rationale: "Header values are cut, joined, or break out of their line."
        ) { context in
            let recorder = try await context.record()
            var many = Headers()
            for number in 0..<100 { many.add("key-\(number < 10 ? "0" : "")\(number)", "value \(number)") }
            let sets: [Headers] = [
                ["umlaut": "Grüße, 世界, 😀", "quote": #""a" \ b, c; d=e"#], ["empty": ""],
                ["long": String(repeating: "x", count: 8192)], many,
            ]
            for headers in sets {
                let count = recorder.count
                try await context.a.publish(BrokerMessage(headers: headers, text: "x"), to: context.topic())
                try await context.eventually("the message has come") { recorder.count > count }
                let found = recorder.deliveries.last?.message.headers
                try context.expect(context.texts(of: found), is: context.texts(of: headers), "the headers")
            }
            let repeated = BrokerMessage(headers: ["k": "1", "K": "2", "a": "3", "k": "1"], text: "repeated")
            if context.claims.contains("repeatedHeaders") {
                try await context.a.publish(repeated, to: context.topic())
                try await context.eventually("the message with several of one name has come") {
                    recorder.texts.last == "repeated"
                }
                let found = recorder.deliveries.last?.message.headers.map { "\($0.name): \($0.value)" }
                try context.expect(found, is: ["k: 1", "K: 2", "a: 3", "k: 1"], "several of one name")
            } else {
                try await context.expectError(.unsupported, from: "publishing several headers of one name") {
                    try await context.a.publish(repeated, to: context.topic())
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
                    try await context.a.publish(message, to: context.topic())
                }
            }
            try await context.publish(["last"])
            try await context.eventually("nothing has broken the connection") { recorder.texts.last == "last" }
        },
        BrokerCase(
            "B05", .core, "The adapter's own headers neither leak nor overwrite those of the message",
            rationale: "What the protocol needs is mixed with what the user wrote."
        ) { context in
            let recorder = try await context.record()
            try await context.publish(["bare"])
            try await context.eventually(recorder, gets: ["bare"])
            try context.expect(recorder.deliveries[0].message.headers, is: [:], "the headers of a message without any")
            for name in [
                "Content-Type", "Content-Length", "Host", "Date", "Connection", "Timeout", "Micro-Id", "Micro-Topic",
                "Micro-Error", "Reply-To", "Status", "Description", "Nats-Msg-Id", "Nats-Expected-Last-Msg-Id",
            ] {
                let headers: Headers = [name: "mine"]
                // Twice: one that takes it for its own would find the second to be the first.
                for _ in 0..<2 {
                    let count = recorder.count
                    do {
                        try await context.a.publish(BrokerMessage(headers: headers, text: name), to: context.topic())
                    } catch let error as MicroError where error.code == .invalidArgument {
                        // To say that it cannot be sent is fair, but for what every service sends.
                        try context.expect(
                            !name.hasPrefix("Content-") && !name.hasPrefix("Micro-"), "\(name) can be sent")
                        continue
                    }
                    try await context.eventually("a message with the header \(name) has come") {
                        recorder.count > count
                    }
                    try context.expect(recorder.deliveries.last?.message.headers, is: headers, "the headers")
                }
            }
        },
        BrokerCase(
            "B06", .core,
            "Bodies of any bytes arrive up to the largest, and one byte more is refused before it is sent",
            rationale: "NATS closes the connection on a body that is too large, and every subscription with it."
        ) { context in
            let recorder = try await context.record()
            let maxBodySize = context.capabilities.maxBodySize
            let bodies = [
                ByteBuffer(), ByteBuffer(bytes: [UInt8](0...255)), ByteBuffer(bytes: [0xFF, 0xFE, 0x00, 0xC3, 0x28]),
                ByteBuffer(repeating: 0x41, count: maxBodySize),
            ]
            for (index, body) in bodies.enumerated() {
                try await context.a.publish(BrokerMessage(body: body), to: context.topic())
                try await context.eventually("a body of \(body.readableBytes) bytes has come") {
                    recorder.count > index
                }
                let isSame = recorder.deliveries.last?.message.body == body
                try context.expect(isSame, "a body of \(body.readableBytes) bytes is as it was")
            }
            let tooLarge = BrokerMessage(body: ByteBuffer(repeating: 0x41, count: maxBodySize + 1))
            try await context.expectError(.payloadTooLarge, from: "publishing a body of \(maxBodySize + 1) bytes") {
                try await context.a.publish(tooLarge, to: context.topic())
            }
            try await context.publish(["still here"])
            try await context.eventually("the other subscriptions live on") { recorder.texts.last == "still here" }
        },
        BrokerCase(
            "B42", .core, "What somebody publishes who knows nothing of the adapter is delivered, whatever its bytes",
            rationale: "Messages of others crash the subscriber, or vanish.", hooks: [.peer]
        ) { context in
            guard let peer = context.harness.peer else { throw CaseNotRunnable("hook: peer") }
            let recorder = try await context.record()
            let bodies = [
                ByteBuffer(string: "plain"), ByteBuffer(string: "{\"name\":\"John\"}"),
                ByteBuffer(string: "{\"Header\":"),
                ByteBuffer(bytes: [0, 0xFF, 0x0D, 0x0A, 0x7B]), ByteBuffer(string: "last"),
            ]
            for (index, body) in bodies.enumerated() {
                try await peer.publish(body, to: context.topic())
                try await context.eventually("the message has come") { recorder.count > index }
                try context.expect(recorder.deliveries[index].message.body, is: body, "the body")
            }
        },
        BrokerCase(
            "B47", .core, "The context of a trace survives the hop", rationale: "Traces end where a message begins."
        ) { context in
            let recorder = try await context.record()
            let headers: Headers = [
                "baggage": "userId=alice,region=eu%20west",
                "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "tracestate": "rojo=00f067aa0ba902b7,congo=t61rcWkgMzE",
            ]
            try await context.a.publish(BrokerMessage(headers: headers, text: "traced"), to: context.topic())
            try await context.eventually(recorder, gets: ["traced"])
            for (name, value) in headers {
                try context.expect(recorder.deliveries[0].message.headers.values(name), is: [value], name)
            }
        },
    ]
}

extension BrokerTestContext {
    /// The headers, in their order if that is promised.
    fileprivate func texts(of headers: Headers?) -> [String]? {
        let texts = headers?.map { "\($0.name): \($0.value)" }
        return claims.contains("repeatedHeaders") ? texts : texts?.sorted()
    }
}
