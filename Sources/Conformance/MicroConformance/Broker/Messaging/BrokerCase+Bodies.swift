// Copyright (c) the swift-micro authors
// SPDX-License-Identifier: Apache-2.0

import MicroCore
import NIOCore

extension BrokerCase {
    static let bodies = [
        BrokerCase(
            "B06", .core,
            "Bodies with any bytes up to the maximum size arrive unchanged; larger ones are refused before sending.",
            rationale: "NATS closes the connection, with all its subscriptions, when a body is too large."
        ) { context in
            let recorder = try await context.record()
            let maxBodySize = context.capabilities.maxBodySize
            let bodies = [
                ByteBuffer(), ByteBuffer(bytes: [UInt8](0...255)), ByteBuffer(bytes: [0xFF, 0xFE, 0x00, 0xC3, 0x28]),
                ByteBuffer(repeating: 0x41, count: maxBodySize),
            ]
            for (index, body) in bodies.enumerated() {
                try await context.publisher.publish(BrokerMessage(body: body), to: context.topic())
                try await context.eventually("a body of \(body.readableBytes) bytes arrives") {
                    recorder.count > index
                }
                try context.expect(recorder.deliveries.last?.message.body, is: body, "the body")
            }
            let tooLarge = BrokerMessage(body: ByteBuffer(repeating: 0x41, count: maxBodySize + 1))
            try await context.expectError(.payloadTooLarge, from: "publishing a body of \(maxBodySize + 1) bytes") {
                try await context.publisher.publish(tooLarge, to: context.topic())
            }
            try await context.publish(["still here"])
            try await context.eventually("the subscription still works") { recorder.texts.last == "still here" }
        },
        BrokerCase(
            "B42", .core, "Messages of publishers that do not use the adapter are delivered, whatever their bytes.",
            rationale: "Foreign messages crash the subscriber, or are lost.", hooks: [.peer]
        ) { context in
            guard let peer = context.harness.peer else { throw CaseNotRunnable(missing: [HarnessHook.peer]) }
            let recorder = try await context.record()
            let bodies = [
                ByteBuffer(string: "plain"), ByteBuffer(string: "{\"name\":\"John\"}"),
                ByteBuffer(string: "{\"Header\":"),
                ByteBuffer(bytes: [0, 0xFF, 0x0D, 0x0A, 0x7B]), ByteBuffer(string: "last"),
            ]
            for (index, body) in bodies.enumerated() {
                try await peer.publish(body, to: context.topic())
                try await context.eventually("the message arrives") { recorder.count > index }
                try context.expect(recorder.deliveries[index].message.body, is: body, "the body")
            }
        },
    ]
}
